"""Many services: added once, read by workers that may die, and looked at together."""
