"""Which models are known and which of them are here. Loads no torch, asks no network."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from novelgen.errors import ModelError
from novelgen.modeling.catalog import CATALOG, CatalogEntry, ModelSource, SourceKind, resolve
from novelgen.modeling.gguf_header import read_gguf_header
from novelgen.modeling.hub import cached_repositories, cached_snapshot
from novelgen.modeling.model_cache import Manifest, ModelCache, read_manifest
from novelgen.modeling.provisioning import find_local
from novelgen.modeling.safetensors_header import read_config, read_tensors


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """One line of the list of models."""

    name: str
    """What to give as `--model`."""
    kind: SourceKind
    is_local: bool
    """Ready to be loaded without a network."""
    bytes_on_disk: int
    parameters: int
    """0 where it is not known without fetching."""
    license: str
    description: str
    directory: Path | None = None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "kind": self.kind.value, "directory": _text(self.directory)}


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Everything that is known of one model. What needs its files is empty until it is here."""

    record: ModelRecord
    source: str
    """A requirement, a Hub id or a path."""
    architecture: str = ""
    dtype: str = ""
    num_layers: int = 0
    hidden_size: int = 0
    context_size: int = 0
    vocab_size: int = 0
    fingerprint: str = ""
    """Empty where it would have to be computed first."""
    created: str = ""
    versions: Mapping[str, str] | None = None
    path: Path | None = None
    """Of the file or folder that was named; None for a name."""

    def as_json(self) -> dict[str, Any]:
        fields = {**asdict(self), "versions": dict(self.versions or {})}
        del fields["record"], fields["path"]
        return {**self.record.as_json(), **fields}


def require_loadable(source: ModelSource) -> None:
    """Look at the headers of a model that is a path; raises `ModelError` for one that is damaged.

    What has a name is looked at when it is fetched.
    """
    if source.path is None:
        return
    if source.kind is SourceKind.GGUF:
        read_gguf_header(source.path)
    else:
        read_config(source.path)
        read_tensors(source.path)


def list_models(
    cache_dir: Path, *, catalog: Mapping[str, CatalogEntry] = CATALOG
) -> tuple[ModelRecord, ...]:
    """The catalog, then converted GGUF files, then other repositories in the local Hub cache."""
    cache = ModelCache(Path(cache_dir).absolute())
    records = [_catalog_record(entry, cache, catalog) for entry in catalog.values()]
    records += [
        _converted_record(directory, manifest)
        for directory, manifest in cache.models()
        if directory.name not in catalog and manifest.parameters  # else a tokenizer alone
    ]
    named = {entry.hub_id for entry in catalog.values()}
    for hub_id in cached_repositories():
        if hub_id not in named:
            source = ModelSource(hub_id, SourceKind.HUB, hub_id=hub_id)
            records.append(_local_record(source, cached_snapshot(hub_id), "in the Hub cache"))
    return tuple(records)


def model_info(
    name: str, cache_dir: Path, *, catalog: Mapping[str, CatalogEntry] = CATALOG
) -> ModelInfo:
    """What is known of `name`. Raises `NotFoundError` for an unknown one."""
    source = resolve(name, catalog)
    cache = ModelCache(Path(cache_dir).absolute())
    directory = find_local(name, cache.root, catalog=catalog) if source.needs_weights else None
    if source.entry is not None:
        record = _catalog_record(source.entry, cache, catalog)
    else:
        record = _local_record(source, directory, "")
    origin = _origin(source)
    if directory is None:
        return ModelInfo(record, origin, path=source.path)
    return replace(_read_info(record, origin, directory), path=source.path)


def _read_info(record: ModelRecord, origin: str, directory: Path) -> ModelInfo:
    config = read_config(directory)
    manifest = read_manifest(directory)
    text = config.get("text_config")
    if isinstance(text, dict):
        config = {**config, **text}
    return ModelInfo(
        record,
        origin,
        architecture=str((config.get("architectures") or [config.get("model_type", "")])[0]),
        dtype=str(config.get("dtype") or config.get("torch_dtype") or ""),
        num_layers=_number(config, "num_hidden_layers", "n_layer"),
        hidden_size=_number(config, "hidden_size", "n_embd"),
        context_size=_number(config, "max_position_embeddings", "n_positions"),
        vocab_size=_number(config, "vocab_size"),
        fingerprint=manifest.fingerprint if manifest else "",
        created=manifest.created if manifest else "",
        versions=manifest.versions if manifest else None,
    )


def _catalog_record(
    entry: CatalogEntry, cache: ModelCache, catalog: Mapping[str, CatalogEntry]
) -> ModelRecord:
    is_scripted = entry.kind is SourceKind.SCRIPTED
    directory = None if is_scripted else find_local(entry.name, cache.root, catalog=catalog)
    return ModelRecord(
        entry.name,
        entry.kind,
        is_local=is_scripted or directory is not None,
        bytes_on_disk=_bytes_in(directory),
        parameters=entry.parameters,
        license=entry.license,
        description=entry.description,
        directory=directory,
    )


def _converted_record(directory: Path, manifest: Manifest) -> ModelRecord:
    return ModelRecord(
        str(directory),
        SourceKind.GGUF,
        is_local=True,
        bytes_on_disk=manifest.total_bytes,
        parameters=manifest.parameters,
        license=manifest.license,
        description=f"converted from {manifest.source}",
        directory=directory,
    )


def _local_record(source: ModelSource, directory: Path | None, description: str) -> ModelRecord:
    return ModelRecord(
        source.name,
        source.kind,
        is_local=directory is not None,
        bytes_on_disk=_bytes_in(directory),
        parameters=_parameters(directory),
        license="",
        description=description,
        directory=directory,
    )


def _parameters(directory: Path | None) -> int:
    if directory is None:
        return 0
    try:
        return sum(entry.parameters for entry in read_tensors(directory).values())
    except ModelError:  # damaged; loading it says so
        return 0


def _bytes_in(directory: Path | None) -> int:
    """Size of the model's own files; links of the Hub cache are followed."""
    if directory is None:
        return 0
    total = 0
    for entry in os.scandir(directory):
        if entry.is_file():
            total += entry.stat().st_size
    return total


def _origin(source: ModelSource) -> str:
    if source.entry is not None and source.entry.package is not None:
        return source.entry.package.requirement
    return source.hub_id or _text(source.path) or source.kind.value


def _number(config: Mapping[str, Any], *keys: str) -> int:
    return next((int(config[key]) for key in keys if isinstance(config.get(key), int)), 0)


def _text(path: Path | None) -> str | None:
    return str(path) if path else None
