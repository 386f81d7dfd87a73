"""The security checker: findings of the security rules and a verdict for every endpoint."""
