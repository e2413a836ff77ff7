"""A shot as the path of a camera."""
