"""Supervision of product quality: the results of spot checks."""
