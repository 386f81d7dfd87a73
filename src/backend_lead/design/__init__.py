"""From a brief in plain words to facts, decisions and numbers.  Similarity picks facts; decisions are made by rules."""
