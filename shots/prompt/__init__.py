"""A shot as the words of a prompt."""
