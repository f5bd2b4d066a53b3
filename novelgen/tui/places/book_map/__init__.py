"""The map of the book: a row a chapter, a cell every 250 words."""
