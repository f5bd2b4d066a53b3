"""Finished text in and out: the manuscript as a format-neutral tree, and its exporters."""
