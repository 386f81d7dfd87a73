"""What was sent: workload files, pg_stat_statements, query logs, traces."""
