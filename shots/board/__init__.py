"""A board as written, checked, inherited and resolved to one value per field."""
