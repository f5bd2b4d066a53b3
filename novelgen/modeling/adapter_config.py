"""What an adapter directory says about itself: `adapter.json`. Knows no torch."""

import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from novelgen.errors import ModelError

ADAPTER_FORMAT = "novelgen-adapter-2"
CONFIG_NAME = "adapter.json"
RECORD_NAME = "training.json"
NAMES_NAME = "names.txt"
"""Names that belong to a book or two of its training, one a line, in lower case."""
"""How the adapter was trained, and on which books; not every adapter has it."""
CONTROL_FOLDER = "control"
"""Inside an adapter: the one without memory that it is judged against."""

MEMORY_PROSE_WRITE = "memory-prose-write/memory-brief-tail-prose/1"
"""The layout of the write pass and of the read pass that this version trains and uses."""


# Of slots, widths and tokens: far beyond any model.
_LARGEST = 2**24


@dataclass(frozen=True, slots=True)
class LoraSettings:
    """The low-rank weights inside the language model (Hu et al., *LoRA*, 2021)."""

    rank: int
    alpha: float
    target_modules: tuple[str, ...]
    """Names of the linear layers that carry them, sorted; as PEFT understands them."""


@dataclass(frozen=True, slots=True)
class AdapterConfig:
    """What an adapter was trained on and for. All of it counts in its fingerprint."""

    base_model: str
    """The name of the model, for messages; the fingerprint decides."""
    base_model_fingerprint: str
    num_mem_tokens: int
    """0 for a control: LoRA that was tuned on the same text without memory."""
    hidden_size: int
    projection_rank: int
    segment_size: int
    """Tokens in a training segment, at most."""
    brief_version: int
    layout: str = MEMORY_PROSE_WRITE
    lora: LoraSettings | None = None
    format: str = ADAPTER_FORMAT

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def parse_adapter_config(path: Path) -> AdapterConfig:
    """The config in a file. Raises `ModelError` when it is missing, damaged or unknown."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            f"There is no adapter in {path.parent}: {path.name} is missing.",
            "Name the directory that holds adapter.json.",
        ) from error
    except (OSError, ValueError) as error:
        raise damaged_adapter(path, error) from error
    if not isinstance(document, dict):
        raise damaged_adapter(path, "it is not an object")
    _require_known(path, document)
    return _read_config(path, document)


def damaged_adapter(path: Path, cause: object) -> ModelError:
    """The error for an adapter file that cannot be used as it is."""
    return ModelError(
        f"The adapter file {path} is damaged: {cause}.",
        "Copy the adapter again from where it came, or train it again.",
    )


def _require_known(path: Path, document: dict[str, Any]) -> None:
    found = document.get("format")
    if found != ADAPTER_FORMAT:
        raise ModelError(
            f"The adapter {path.parent} has format {found!r}; this version reads "
            f"{ADAPTER_FORMAT!r}.",
            "Update novelgen, or train the adapter with this version.",
        )
    layout = document.get("layout")
    if layout != MEMORY_PROSE_WRITE:
        raise ModelError(
            f"The adapter {path.parent} was trained on the layout {layout!r}; this version "
            f"writes with {MEMORY_PROSE_WRITE!r}.",
            "Update novelgen, or train the adapter with this version.",
        )


def _read_config(path: Path, document: dict[str, Any]) -> AdapterConfig:
    try:
        values = {field.name: document[field.name] for field in fields(AdapterConfig)}
        has_memory = values["num_mem_tokens"] != 0
        least = {
            "num_mem_tokens": int(has_memory),
            "hidden_size": 1,
            "projection_rank": int(has_memory),
            "segment_size": 2,
        }
        for name, fewest in least.items():
            _require_count(name, values[name], fewest)
        if not isinstance(values["brief_version"], int):
            raise ValueError(f"brief_version is {values['brief_version']!r}")
        for name in ("base_model", "base_model_fingerprint"):
            if not isinstance(values[name], str):
                raise ValueError(f"{name} is {values[name]!r}")
        values["lora"] = _read_lora(values["lora"], values["hidden_size"])
        if not has_memory and values["lora"] is None:
            raise ValueError("it has neither memory nor LoRA")
        return AdapterConfig(**values)
    except KeyError as error:
        raise damaged_adapter(path, f"{error.args[0]} is missing") from error
    except (TypeError, ValueError) as error:
        raise damaged_adapter(path, error) from error


def _read_lora(document: dict[str, Any] | None, hidden_size: int) -> LoraSettings | None:
    if document is None:
        return None
    rank, alpha, modules = document["rank"], document["alpha"], document["target_modules"]
    if not isinstance(modules, list) or not all(isinstance(name, str) for name in modules):
        raise ValueError(f"target_modules is {modules!r}")
    if not modules:
        raise ValueError("target_modules is empty")
    _require_count("rank", rank, 1, hidden_size)
    if type(alpha) not in (int, float) or not math.isfinite(alpha) or alpha < 0:
        raise ValueError(f"alpha is {alpha!r}")
    return LoraSettings(rank, float(alpha), tuple(modules))


def _require_count(name: str, value: object, least: int, most: int = _LARGEST) -> None:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{name} is {value!r}")


def trained_books(directory: Path) -> frozenset[str]:
    """SHA-256 of the books that an adapter was trained on, as hex; empty when it does not say.

    Raises `ModelError` when its record is damaged.
    """
    path = directory / RECORD_NAME
    if not path.is_file():
        return frozenset()
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return frozenset(str(book["sha256"]) for book in record.get("books", ()))
    except (OSError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise ModelError(
            f"{path}, which tells what the adapter was trained on, is damaged.",
            "Copy the adapter again from where it came from, or remove the file.",
        ) from error
