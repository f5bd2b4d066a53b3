"""Reading a novel as a book."""
