"""Shot lists as CSV and XLSX."""
