"""One file a web framework: what its calls mean for endpoints and guards."""
