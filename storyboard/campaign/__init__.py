"""Deliverables of a campaign: planned, rendered, reframed."""
