"""Searching a whole novel, and putting other words there."""
