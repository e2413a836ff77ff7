"""The contact sheet: what it shows, and the page that shows it."""
