"""The officials' door."""
