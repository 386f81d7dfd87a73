"""Rules of the database dimension."""
