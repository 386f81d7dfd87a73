"""The pages: a module each, with `ROUTES`, and `TAB` where the bar at the top names it."""
