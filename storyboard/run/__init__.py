"""One run into one folder, and what it records."""
