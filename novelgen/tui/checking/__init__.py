"""Everything of a novel that is to be checked, in one list."""
