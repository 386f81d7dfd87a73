"""One file for each command; the name of the file is the name of the command."""
