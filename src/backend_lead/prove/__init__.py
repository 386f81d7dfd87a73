"""Servers that the tool starts itself, to see for itself."""
