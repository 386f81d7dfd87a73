"""How runs are shown: a module each, named by `Head.view`, with `shown`; its template has the same name."""
