"""PDF, set by typst: as editors ask for it, and as a book to read."""
