"""The plan: from a board and the options of a command to takes with cache keys."""
