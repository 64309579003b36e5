"""The spine: books of entries, hash-chained, never changed, verifiable by anyone.

A service changes its own tables and appends its fact here in one transaction (`act`, `append`).
"""
