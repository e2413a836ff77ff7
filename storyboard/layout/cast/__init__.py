"""People of the layout: bodies, clothes, poses."""
