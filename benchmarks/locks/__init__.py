"""What each statement of a migration really does, measured on real servers."""
