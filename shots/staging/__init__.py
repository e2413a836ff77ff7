"""Staging: who and what stands in front of the camera, where, and what they do."""
