"""Films from clips: cut, conform, seams, slates, encoding, assembly."""
