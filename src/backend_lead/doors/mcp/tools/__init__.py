"""One file for each tool; the name of the file is the name of the tool."""
