"""Rules of the security dimension."""
