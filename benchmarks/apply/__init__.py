"""Runs of migrations that are killed, and whether they go on."""
