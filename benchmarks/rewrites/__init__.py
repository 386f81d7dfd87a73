"""Which statements have a better form, which only look as if they had, and what the better one touches on real rows."""
