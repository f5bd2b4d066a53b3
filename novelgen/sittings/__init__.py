"""Sittings: one person's work on one chapter, from opening it to leaving it.

What is typed is journalled, what a dead process left behind is found, one window holds a chapter,
and a save makes one revision. Nothing here knows a screen.
"""
