"""How the run of a job is shown: a module each, named like the job, with `shown`; its template has the same name."""
