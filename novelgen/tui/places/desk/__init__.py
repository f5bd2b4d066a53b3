"""The desk: chapters at the left, prose in the middle, beat and people at the right."""
