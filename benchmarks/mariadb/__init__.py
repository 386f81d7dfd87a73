"""What each kind of change of a table does on MariaDB, measured on a server that is started for it."""
