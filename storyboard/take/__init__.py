"""Takes and the values that describe them."""
