"""The pages of the public's door, one module for each of its subjects."""
