"""Sets of the layout: grounds, walls, facades and landscapes built from a floor plan."""
