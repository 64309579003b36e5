"""Codes of the field: what they look like, which are right, and what is wrong with the others.

Each module knows one code and offers `parse(text)`, which returns a frozen value or raises `Refused` with
what is wrong, where, and what would be right. A code that is well formed may still belong to nobody: whether
it exists is asked of the registry and of the tables of divisions and standards, never here.
"""
