"""Every archetype as a running service: its own tests, the 22 checks, our review, bandit, its indexes, and what
a request costs."""
