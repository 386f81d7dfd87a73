"""A report document into text for people and machines."""
