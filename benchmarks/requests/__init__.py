"""Requests in people's own words, and the jobs that should answer them."""
