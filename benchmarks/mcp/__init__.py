"""What an MCP host pays for the first answer."""
