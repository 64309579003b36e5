"""Where and when counts are higher than chance allows: Kulldorff's scan statistics."""
