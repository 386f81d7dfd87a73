"""Rules of the scalability dimension."""
