"""The settings, and where each comes from."""

from textual.screen import Screen


class SettingsScreen(Screen[None]):
    """The settings."""
