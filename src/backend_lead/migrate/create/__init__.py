"""A change in words → the statements of a migration, up and down, safe from the start."""
