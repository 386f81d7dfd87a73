"""How long a proof takes, and whether what it calls safe keeps nobody waiting."""
