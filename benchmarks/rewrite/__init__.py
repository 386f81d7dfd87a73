"""Whether what blocks is rewritten into what does not, and reaches the same schema and rows."""
