"""The page of the contact sheet, its style and its script; `storyboard.sheet` fills them in."""
