"""A manuscript as an EPUB 3 book."""
