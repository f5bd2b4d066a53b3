"""Export: the manuscript as a file, and a copy of all novels."""
