"""The stages of a render: inputs, cache keys and work of each."""
