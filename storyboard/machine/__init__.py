"""This machine: what it can run, and fetching weights."""
