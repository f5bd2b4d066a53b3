"""The novel in figures: when and by whom it was written, what it took, how it reads."""
