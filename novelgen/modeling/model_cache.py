"""The model cache on disk: one directory a model, complete or not there at all.

A model is built in a staging directory under a lock and renamed into place when everything in it
has reached the disk. Only a directory with a manifest whose files are all there, in full size,
counts as a model. Locks belong to the operating system, so a dead process holds none, and what it
left in staging is swept by the next one. Knows nothing of where models come from.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

MANIFEST_NAME = "manifest.json"
MANIFEST_FORMAT = 1

_STAGING = ".staging"
_LOCKS = ".locks"
_SEPARATOR = "~"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a model in the cache is and where it came from."""

    name: str
    source: str
    """A requirement, or the file name of a GGUF."""
    source_sha256: str
    """Of the GGUF file."""
    fingerprint: str
    license: str
    parameters: int
    dtype: str
    created: str
    """UTC, ISO 8601."""
    versions: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, int] = field(default_factory=dict)
    """Size in bytes of every file of the model."""
    format: int = MANIFEST_FORMAT

    @property
    def total_bytes(self) -> int:
        return sum(self.files.values())


def read_manifest(directory: Path) -> Manifest | None:
    """The manifest, or `None` when there is none or a file it lists is missing or short."""
    try:
        content = json.loads((directory / MANIFEST_NAME).read_text(encoding="utf-8"))
        manifest = Manifest(**content)
        sizes_agree = all(
            (directory / name).stat().st_size == size for name, size in manifest.files.items()
        )
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    whole = sizes_agree and bool(manifest.files) and manifest.format == MANIFEST_FORMAT
    return manifest if whole else None


def write_manifest(directory: Path, manifest: Manifest) -> None:
    text = json.dumps(asdict(manifest), indent=2, sort_keys=True)
    (directory / MANIFEST_NAME).write_text(text + "\n", encoding="utf-8")


def file_sizes(directory: Path) -> dict[str, int]:
    """Size of every file below `directory`, by its path inside it; the manifest left out."""
    return {
        path.relative_to(directory).as_posix(): path.stat().st_size
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != MANIFEST_NAME
    }


class ModelCache:
    """The folder that holds converted models."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def directory(self, key: str) -> Path:
        return self.root / key

    def find(self, key: str, source_sha256: str) -> Manifest | None:
        """The manifest of a complete model made from that very file, else `None`."""
        manifest = read_manifest(self.directory(key))
        if manifest is None or manifest.source_sha256 != source_sha256:
            return None
        return manifest

    def models(self) -> list[tuple[Path, Manifest]]:
        """Every complete model, by directory name."""
        if not self.root.is_dir():
            return []
        found = []
        for directory in sorted(self.root.iterdir()):
            manifest = read_manifest(directory) if directory.is_dir() else None
            if manifest is not None:
                found.append((directory, manifest))
        return found

    @contextmanager
    def exclusive(self, key: str, on_wait: Callable[[], None]) -> Iterator[None]:
        """Holds the lock of one model; `on_wait` is called once if another process has it."""
        lock = self._lock(key)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            on_wait()
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def staging(self, key: str) -> Iterator[Path]:
        """A fresh directory inside the cache, gone afterwards whatever happens.

        The lock of `key` must be held.
        """
        directory = self.root / _STAGING / f"{key}{_SEPARATOR}{uuid4().hex[:12]}"
        directory.mkdir(parents=True)
        try:
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def sweep(self, held: str) -> None:
        """Removes what dead processes left in staging. The lock of `held` is the caller's."""
        for directory in sorted((self.root / _STAGING).glob(f"*{_SEPARATOR}*")):
            key = directory.name.rpartition(_SEPARATOR)[0]
            if key == held:
                shutil.rmtree(directory, ignore_errors=True)
                continue
            with suppress(Timeout), self._lock(key).acquire(timeout=0):
                shutil.rmtree(directory, ignore_errors=True)

    def commit(self, built: Path, key: str) -> Path:
        """Moves a finished directory from staging into place, replacing a damaged one."""
        _flush_tree(built)
        final = self.directory(key)
        if final.exists():
            os.replace(final, built.with_name("replaced"))  # noqa: PTH105
        os.replace(built, final)  # noqa: PTH105
        _flush(self.root)
        return final

    def _lock(self, key: str) -> FileLock:
        folder = self.root / _LOCKS
        folder.mkdir(parents=True, exist_ok=True)
        return FileLock(folder / f"{key}.lock")


def _flush_tree(directory: Path) -> None:
    for path in directory.rglob("*"):
        _flush(path)
    _flush(directory)


def _flush(path: Path) -> None:
    """Puts a file, or the names in a directory, on the disk."""
    if not path.is_dir():
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())
    elif os.name != "nt":  # Windows has no fsync for directories
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
