"""Keeps what a memory makes likelier in a file under the snapshot's key.

An equal key is an equal memory, so it never grows old. Losing a file costs computing it again,
never correctness: one that cannot be read, or written, is as if it were not there.
"""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from novelgen.generation.memory_words import MemoryWord

_FOLDER = "memory-words"
_FORMAT = 1


def kept_words(cache: Path, key: str) -> tuple[MemoryWord, ...] | None:
    """What was kept for a snapshot; None where nothing was."""
    try:
        document = json.loads(_file(cache, key).read_text(encoding="utf-8"))
        if document["format"] != _FORMAT:
            return None
        return tuple(MemoryWord(str(word), float(gain)) for word, gain in document["words"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_words(cache: Path, key: str, words: Sequence[MemoryWord]) -> None:
    """Keep it for the next time."""
    document = {"format": _FORMAT, "words": [[each.word, round(each.gain, 4)] for each in words]}
    file = _file(cache, key)
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.stem}-{uuid4().hex}")
        try:
            draft.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
            os.replace(draft, file)  # noqa: PTH105
        finally:
            draft.unlink(missing_ok=True)


def _file(cache: Path, key: str) -> Path:
    return cache / _FOLDER / f"{key}.json"
