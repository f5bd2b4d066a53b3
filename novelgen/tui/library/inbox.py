"""Chapters that were drafted while nobody looked."""

from textual.screen import Screen


class InboxScreen(Screen[None]):
    """The inbox of all novels."""
