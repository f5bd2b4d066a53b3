"""Judges what the product promises, on texts it never saw: memory, recall, prose."""
