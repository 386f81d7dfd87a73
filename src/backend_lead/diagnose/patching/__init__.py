"""Patches of the target's source: a cache around a query, and the settings of a pool."""
