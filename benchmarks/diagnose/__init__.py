"""How long a diagnosis of a large service takes."""
