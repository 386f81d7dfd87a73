"""Source code into the model."""
