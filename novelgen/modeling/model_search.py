"""Looks through folders for models: GGUF files, and folders that hold a config and safetensors.

Bounded in entries, depth, number and time, and a link to a folder is never followed, so it ends in
any tree. Opens Ollama's manifests and nothing else. What cannot be read is passed over.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from novelgen.modeling.model_places import Layout, Place
from novelgen.modeling.safetensors_header import CONFIG_NAME

MOST_ENTRIES, MOST_FOUND = 20_000, 200
_DEEPEST = 8
_SECONDS = 5.0
_OLLAMA_WEIGHTS = "application/vnd.ollama.image.model"
_LONGEST_MANIFEST = 1_000_000


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A GGUF file, or the folder of a model."""

    path: Path
    place: str
    label: str
    """What its program calls it; empty where the path says all."""


@dataclass(frozen=True, slots=True)
class Search:
    """What was found."""

    found: tuple[FoundFile, ...]
    is_complete: bool
    """False where the search ended at one of its bounds."""


class _Exhausted(Exception):
    """A bound was reached."""


class _Budget:
    """How much may still be looked at."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._entries = 0
        self._now = now
        self._end = now() + _SECONDS

    def spend(self) -> None:
        """Count one entry. Raises `_Exhausted`."""
        self._entries += 1
        if self._entries > MOST_ENTRIES or self._now() > self._end:
            raise _Exhausted


def search_models(places: Sequence[Place], now: Callable[[], float] = time.monotonic) -> Search:
    """Every model in these places, in their order; a file that is reached twice counts once."""
    found: list[FoundFile] = []
    seen: set[Path] = set()
    budget = _Budget(now)
    try:
        for place in places:
            for each in _LAYOUTS[place.layout](place, budget):
                real = Path(os.path.realpath(each.path))
                if real in seen:
                    continue
                if len(found) == MOST_FOUND:
                    raise _Exhausted
                seen.add(real)
                found.append(each)
    except _Exhausted:
        return Search(tuple(found), is_complete=False)
    return Search(tuple(found), is_complete=True)


def _plain(place: Place, budget: _Budget) -> Iterator[FoundFile]:
    for file in _files(place.folder, budget):
        if file.suffix.lower() == ".gguf":
            yield FoundFile(file, place.name, "")
        elif file.name == CONFIG_NAME and any(file.parent.glob("*.safetensors")):
            yield FoundFile(file.parent, place.name, "")


def _hub(place: Place, budget: _Budget) -> Iterator[FoundFile]:
    for file in _files(place.folder, budget):
        if file.suffix.lower() == ".gguf":
            yield FoundFile(file, place.name, _repository(file, place.folder))


def _ollama(place: Place, budget: _Budget) -> Iterator[FoundFile]:
    manifests = place.folder / "manifests"
    for file in _files(manifests, budget):
        blob = _ollama_blob(file, place.folder / "blobs")
        if blob is not None:
            parts = file.relative_to(manifests).parts[1:]  # after the registry
            name = "/".join(part for part in parts[:-1] if part != "library")
            yield FoundFile(blob, place.name, f"{name}:{parts[-1]}" if parts else file.name)


_LAYOUTS: dict[Layout, Callable[[Place, _Budget], Iterator[FoundFile]]] = {
    Layout.PLAIN: _plain,
    Layout.OLLAMA: _ollama,
    Layout.HUB: _hub,
}


def _files(folder: Path, budget: _Budget, depth: int = 0) -> Iterator[Path]:
    """The regular files below a folder, those behind links to files included, by name."""
    try:
        with os.scandir(folder) as scanned:
            entries = sorted(islice(scanned, MOST_ENTRIES + 1), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        budget.spend()
        try:
            if entry.is_dir(follow_symlinks=False):
                if depth < _DEEPEST:
                    yield from _files(Path(entry.path), budget, depth + 1)
            elif entry.is_file():
                yield Path(entry.path)
        except OSError:  # a link that leads in a circle
            continue


def _ollama_blob(manifest: Path, blobs: Path) -> Path | None:
    """The weights that a manifest names, if they are here."""
    try:
        if manifest.stat().st_size > _LONGEST_MANIFEST:
            return None
        document: Any = json.loads(manifest.read_text(encoding="utf-8"))
        layers = document["layers"]
        digest = next(
            str(layer["digest"]) for layer in layers if layer["mediaType"] == _OLLAMA_WEIGHTS
        )
    except (OSError, ValueError, LookupError, TypeError, RecursionError, StopIteration):
        return None
    kind, _, value = digest.partition(":")
    if not (kind.isalnum() and value.isalnum()):  # a name of a file in that folder, and no path
        return None
    blob = blobs / f"{kind}-{value}"
    return blob if blob.is_file() else None


def _repository(file: Path, root: Path) -> str:
    """The Hub's name of the repository that a file of its cache belongs to."""
    top = file.relative_to(root).parts[0]
    return "/".join(top.split("--")[1:]) or top
