"""The closed vocabulary: words, aliases, and the directives made of them."""
