"""The stages: inputs, keys and work of each."""
