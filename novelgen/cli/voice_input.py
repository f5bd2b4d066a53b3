"""A voice sheet from where the person has it: a file, or standard input."""

from pathlib import Path

from novelgen.cli.chapter_input import named, text_from
from novelgen.errors import UsageError
from novelgen.story.voice import VoiceSheet
from novelgen.story.voice_document import read_document


def sheet_from(path: Path) -> VoiceSheet:
    """The sheet in a YAML file; `-` is standard input. Raises `UsageError`."""
    raw = text_from(path)
    if not raw.strip():
        raise UsageError(
            f"{named(path)} is empty; that is taken for a mistake, and nothing was changed.",
            "Write `genre:` with nothing behind it for a sheet that leaves all open.",
        )
    return read_document(raw, named(path))
