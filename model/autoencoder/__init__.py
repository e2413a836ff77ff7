"""The causal video autoencoders."""
