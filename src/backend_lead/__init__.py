"""Read a backend from route to row; design, audit, migrate and tune it; prove what is said by running it."""

__version__ = "0.1.0"
