"""Rules of the api dimension."""
