"""The MCP door: jobs of the lead as tools of any MCP host.  Only `server` and what it imports load `mcp`."""
