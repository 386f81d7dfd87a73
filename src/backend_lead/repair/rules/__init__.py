"""Patches, one file a rule, named like it."""
