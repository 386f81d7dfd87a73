"""What a backend is: frozen data, no input or output.  Everything else in the package imports from here."""
