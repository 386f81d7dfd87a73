"""What doors share that answer over a connection: jobs, and the processes that run them."""
