"""Prompt templates, the one brief renderer, and the context of a segment within its budget."""
