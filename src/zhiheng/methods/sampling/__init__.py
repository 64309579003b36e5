"""Acceptance sampling: how many to inspect, how many may fail, and what such a rule can and cannot tell."""
