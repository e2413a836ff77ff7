"""Reading: bytes and YAML to data that remembers its place in a file."""
