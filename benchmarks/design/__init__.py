"""How right the decisions are on briefs that somebody else wrote and labelled."""
