"""Sources into the model."""
