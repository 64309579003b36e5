"""Enterprises, products, models and batches: the things that facts are about."""
