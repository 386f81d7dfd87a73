"""A blueprint into a running service: one folder a stack.  Pure: text in the model comes in, text of files goes out."""
