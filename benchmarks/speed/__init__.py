"""CPU time and memory of a review, set against bandit on the same tree in the same run."""
