"""Rules over a change of the schema; each looks at the hazards of its statements."""
