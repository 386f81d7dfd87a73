"""Requests for schema changes in people's words, and whether they are understood."""
