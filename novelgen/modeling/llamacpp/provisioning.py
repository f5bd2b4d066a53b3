"""Makes a GGUF file ready for llama.cpp: checked, named by its bytes, its tokenizer at hand.

The file stays where it is and is not copied; what is kept of it in the cache is its tokenizer.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from novelgen import __version__
from novelgen.engine.libraries import library_versions
from novelgen.engine.values import ModelRuntime
from novelgen.modeling.catalog import SourceKind
from novelgen.modeling.digest_cache import recall_digest, remembered_digest, sha256_of_file
from novelgen.modeling.disk_space import disk_errors_translated
from novelgen.modeling.gguf_conversion import save_gguf_tokenizer
from novelgen.modeling.gguf_header import read_gguf_header
from novelgen.modeling.model_cache import Manifest, ModelCache, file_sizes, write_manifest
from novelgen.modeling.provisioning import GGUF_DIGEST
from novelgen.modeling.pull_progress import (
    OnProgress,
    Progress,
    Stage,
    bytes_reporter,
    ignore_progress,
)


@dataclass(frozen=True, slots=True)
class LocalGguf:
    """A GGUF file that llama.cpp can load."""

    path: Path
    tokenizer_dir: Path
    fingerprint: str
    """Of the file's bytes: each quantisation of a model is a model of its own."""
    license: str

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.path.stem,
            "kind": SourceKind.GGUF.value,
            "runtime": ModelRuntime.LLAMA_CPP.value,
            "path": str(self.path),
            "fingerprint": self.fingerprint,
            "license": self.license,
        }


def ready_gguf(path: Path, cache_dir: Path, on_progress: OnProgress = ignore_progress) -> LocalGguf:
    """Raises `ModelError` for a file that is damaged or has a tokenizer nobody can read."""
    header = read_gguf_header(path)
    cache = ModelCache(Path(cache_dir).absolute())
    with disk_errors_translated(cache.root):
        report = bytes_reporter(Stage.CHECK, path.stat().st_size, on_progress)
        sha256 = remembered_digest(
            cache.root, GGUF_DIGEST, [path], lambda: sha256_of_file(path, report)
        )
        key = _tokenizer_key(sha256)
        if cache.find(key, sha256) is None:
            _keep_tokenizer(path, cache, key, sha256, header.license)
    on_progress(Progress(Stage.DONE, 1.0))
    return LocalGguf(path.absolute(), cache.directory(key), _fingerprint(sha256), header.license)


def known_tokenizer(path: Path, cache_dir: Path) -> Path | None:
    """Where the tokenizer of a file is that was ready once and is unchanged; hashes nothing."""
    cache = ModelCache(Path(cache_dir).absolute())
    sha256 = recall_digest(cache.root, GGUF_DIGEST, [path])
    if sha256 is None or cache.find(_tokenizer_key(sha256), sha256) is None:
        return None
    return cache.directory(_tokenizer_key(sha256))


def known_gguf_fingerprint(path: Path, cache_dir: Path) -> str | None:
    """The fingerprint of a file that was ready once and is unchanged; hashes nothing."""
    sha256 = recall_digest(Path(cache_dir).absolute(), GGUF_DIGEST, [path])
    return None if sha256 is None else _fingerprint(sha256)


def _tokenizer_key(sha256: str) -> str:
    """What its folder in the cache is called."""
    return f"gguf-tokenizer-{sha256[:24]}"


def _fingerprint(sha256: str) -> str:
    return hashlib.sha256(f"gguf {sha256}".encode()).hexdigest()


def _keep_tokenizer(path: Path, cache: ModelCache, key: str, sha256: str, license: str) -> None:
    cache.root.mkdir(parents=True, exist_ok=True)
    with cache.exclusive(key, lambda: None):
        if cache.find(key, sha256) is not None:
            return
        with cache.staging(key) as staging:
            built = staging / "tokenizer"
            save_gguf_tokenizer(path, built)
            manifest = Manifest(
                name=path.stem,
                source=path.name,
                source_sha256=sha256,
                fingerprint="",
                license=license,
                parameters=0,
                dtype="",
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                versions={"novelgen": __version__, **library_versions()},
                files=file_sizes(built),
            )
            write_manifest(built, manifest)
            cache.commit(built, key)
