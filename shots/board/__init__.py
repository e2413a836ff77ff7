"""A board as written: models, inheritance, and resolution to one value per field."""
