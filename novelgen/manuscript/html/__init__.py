"""A manuscript as one HTML file, and the markup of prose that EPUB has in common with it."""
