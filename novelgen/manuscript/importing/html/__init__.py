"""HTML, as in the pages of an EPUB, into blocks."""
