"""database-migration-helper: what a change of the schema does to a database in use, and how to make it safe."""
