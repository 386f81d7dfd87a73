"""Programs that run in the environment of a generated service, not in ours: its probes, and what its load needs."""
