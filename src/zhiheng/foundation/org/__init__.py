"""Divisions, agencies, people and their roles; who may see what."""
