"""Prompts: a shot as text for the model, with the origin of every part."""
