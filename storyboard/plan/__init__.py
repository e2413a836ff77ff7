"""From a board and a preset to takes: frames, sizes, seeds, keys and cost, before any tensor."""
