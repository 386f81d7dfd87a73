"""From a finding to an exact patch of the source, for rules whose fix needs no decision: one file a rule."""
