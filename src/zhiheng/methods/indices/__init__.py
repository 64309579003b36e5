"""Composite indicators: from a table of indicators to an index, its ranks, and how sure they are."""
