"""Rules: one `.py` and one `.md` each, found by walking the folders.  A rule sees only the model."""
