"""Camera directives as geometry."""
