"""Word documents: as editors ask for them, and as a book to read."""
