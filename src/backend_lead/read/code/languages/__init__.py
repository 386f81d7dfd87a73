"""One file a language: syntax into the common tree of `read.code.syntax`."""
