"""Clauses of an action: words, noun phrases, and who does what in which order."""
