"""Takes and the values they are made of."""
