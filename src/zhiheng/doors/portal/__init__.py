"""The public's door: what is published, and how to verify it."""
