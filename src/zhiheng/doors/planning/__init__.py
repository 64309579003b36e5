"""A year's plan on its way in and out: strata and objects as sheets, the split, the frame of a draw."""
