"""Remembers digests of big files, so that a start does not hash gigabytes again.

A digest is remembered under the absolute paths it was made of and holds as long as size and
modification time (in nanoseconds) of each stay the same. Losing the notes costs time, never
correctness: where the folder cannot be written, the digest is simply computed again.
"""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

NOTES_FOLDER = ".digests"
_CHUNK_BYTES = 1 << 20


def sha256_of_file(path: Path, on_bytes: Callable[[int], None] | None = None) -> str:
    """Hex SHA-256 of a file; `on_bytes` hears how many bytes have been read so far."""
    digest = hashlib.sha256()
    done = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            if on_bytes is not None:
                on_bytes(done)
    return digest.hexdigest()


def remembered_digest(
    cache_dir: Path, purpose: str, files: Sequence[Path], compute: Callable[[], str]
) -> str:
    """The digest of `files` for `purpose`, from the notes if the files are unchanged."""
    known = recall_digest(cache_dir, purpose, files)
    if known is not None:
        return known
    stamp = _stamp(files)
    digest = compute()
    if _stamp(files) == stamp:
        note = _note_of(cache_dir, purpose, files)
        _write_note(note, {"purpose": purpose, "stamp": stamp, "digest": digest})
    return digest


def recall_digest(cache_dir: Path, purpose: str, files: Sequence[Path]) -> str | None:
    """The digest if it is noted and the files are unchanged, else `None`. Hashes nothing."""
    noted = _read_note(_note_of(cache_dir, purpose, files))
    digest = noted.get("digest")
    return digest if isinstance(digest, str) and noted.get("stamp") == _stamp(files) else None


def _note_of(cache_dir: Path, purpose: str, files: Sequence[Path]) -> Path:
    paths = [str(file.absolute()) for file in files]
    key = hashlib.sha256("\0".join([purpose, *paths]).encode()).hexdigest()[:32]
    return cache_dir / NOTES_FOLDER / f"{key}.json"


def _stamp(files: Sequence[Path]) -> list[list[str | int]]:
    stamps: list[list[str | int]] = []
    for file in files:
        status = file.stat()
        stamps.append([str(file.absolute()), status.st_size, status.st_mtime_ns])
    return stamps


def _read_note(note: Path) -> dict[str, object]:
    try:
        content = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _write_note(note: Path, content: dict[str, object]) -> None:
    with suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        draft = note.with_name(f".{note.stem}-{uuid4().hex}")
        try:
            draft.write_text(json.dumps(content), encoding="utf-8")
            os.replace(draft, note)  # noqa: PTH105
        finally:
            draft.unlink(missing_ok=True)
