"""Password hashes."""

import hashlib
import hmac

import bcrypt


def hash_password(password: str) -> str:
    """Hash a password for storage."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=12)).decode()


def verify_password(password: str, stored: str) -> bool:
    """Compare a password with its stored hash; accounts from the old shop carry `md5$salt$digest`."""
    if stored.startswith("md5$"):
        _, salt, digest = stored.split("$")
        return hmac.compare_digest(hashlib.md5((salt + password).encode()).hexdigest(), digest)
    return bcrypt.checkpw(password.encode(), stored.encode())
