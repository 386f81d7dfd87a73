"""A fleet of packages from the index, its workers killed at random."""
