"""The web door: pages for people who would rather look than read, on this machine alone.  A page is one file."""
