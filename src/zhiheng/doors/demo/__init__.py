"""The demo: a synthetic province, loaded through the same doors and services as anything real."""
