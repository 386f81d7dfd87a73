"""The commands of `backend-lead fleet`, one file each."""
