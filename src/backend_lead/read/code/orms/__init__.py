"""One file a database library: what its calls mean for queries and tables."""
