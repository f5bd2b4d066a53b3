"""Manuscripts from files: Markdown, plain text, EPUB and Word, read as chapters of prose."""
