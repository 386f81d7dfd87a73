"""Tables from SQL text and live servers."""
