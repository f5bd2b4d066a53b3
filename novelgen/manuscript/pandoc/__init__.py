"""Formats that pandoc writes, from Markdown."""
