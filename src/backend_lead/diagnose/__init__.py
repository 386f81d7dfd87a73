"""My API is slow: from the endpoint to a proven index, cache, pool or rewrite."""
