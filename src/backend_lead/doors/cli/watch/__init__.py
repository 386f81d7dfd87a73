"""The commands of `backend-lead watch`, one module each."""
