"""EPUB 2 and 3 into blocks."""
