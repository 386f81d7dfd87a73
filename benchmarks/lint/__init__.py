"""How well migrations are judged without a server, beside other linters."""
