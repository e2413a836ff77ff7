"""Sentences of an action: nouns, phrases, clauses, who does what, and beats in time."""
