"""A novel as one JSON document, and the document as a novel again."""

FORMAT = "novelgen-novel"
VERSION = 1
"""Rises when a document of an earlier version cannot be read as one of this."""
