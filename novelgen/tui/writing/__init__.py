"""The writing desk: a chapter while a person writes it."""
