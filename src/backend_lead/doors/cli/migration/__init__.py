"""The commands of the migration helper: a command is one file."""
