"""Bodies of the cast: baked once from the parametric model anny."""
