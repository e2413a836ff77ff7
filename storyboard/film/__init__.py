"""From clips to a film: conformed, joined, titled, counted."""
