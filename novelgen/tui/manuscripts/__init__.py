"""Manuscripts that come in: from which file, what was found there, and what it may become."""
