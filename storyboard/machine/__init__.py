"""This machine: what it can run, and fetching of weights."""
