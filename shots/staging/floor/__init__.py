"""The floor plan of a scene: room, marks, places of people and things, and their ways."""
