"""What calls of Python's builtins and standard library give; one file a topic."""
