"""The vocabulary: terms, their aliases, and the directives and values built from them."""
