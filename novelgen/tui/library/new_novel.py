"""Begins a novel: a short form."""

from novelgen.tui.dialogs.dialog import Dialog


class NewNovelDialog(Dialog[str]):
    """The id of the novel that was made."""
