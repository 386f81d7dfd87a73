"""Whole histories of migrations, replayed by the lint and run on a real server."""
