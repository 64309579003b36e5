"""What is measured of quality development: the quality report."""
