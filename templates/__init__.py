"""Templates of the contact sheet: its page, style and script."""
