"""Files in: read, check, show what is wrong, take in. The facts themselves are the loaders' business."""
