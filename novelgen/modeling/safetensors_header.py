"""Reads the headers of safetensors weights without torch: names, shapes, dtypes, byte ranges.

Guarantees that a directory it accepts holds a config and complete safetensors weights. Pickled
weights are refused: loading them can run code. Knows nothing of architectures.
"""

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from novelgen.errors import ModelError

WEIGHTS_NAME = "model.safetensors"
WEIGHTS_INDEX_NAME = "model.safetensors.index.json"
CONFIG_NAME = "config.json"

_PICKLED = ("pytorch_model*.bin", "*.pt", "*.pth", "*.ckpt")
_MAX_HEADER_BYTES = 100_000_000
_DAMAGES = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    struct.error,
)
"""What a header that makes no sense comes to."""
_INCOMPLETE = "Fetch or copy the model again; the file is incomplete."


@dataclass(frozen=True, slots=True)
class TensorEntry:
    """One tensor of a weight file."""

    name: str
    file: Path
    dtype: str
    """The format's own name: F32, BF16, ..."""
    shape: tuple[int, ...]
    start: int
    """First byte in the file."""
    end: int

    @property
    def parameters(self) -> int:
        return math.prod(self.shape)


def read_config(directory: Path) -> dict[str, Any]:
    """The model's `config.json`. Raises `ModelError` when it is missing or damaged."""
    path = directory / CONFIG_NAME
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(
            f"{directory} is not a model: it has no {CONFIG_NAME}.",
            "Give a directory saved by transformers, a Hub id, or a .gguf file.",
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read: {error}", _INCOMPLETE) from error
    if not isinstance(config, dict):
        raise ModelError(f"{path} does not hold a model configuration.", _INCOMPLETE)
    return config


def weight_files(directory: Path) -> list[Path]:
    """The safetensors files of a model, every shard present. Raises `ModelError` otherwise."""
    single = directory / WEIGHTS_NAME
    if single.is_file():
        return [single]
    index = directory / WEIGHTS_INDEX_NAME
    if index.is_file():
        return _shards(index)
    if any(next(directory.glob(pattern), None) for pattern in _PICKLED):
        raise ModelError(
            f"{directory} holds pickled weights only; they are refused, for loading them can run "
            "code.",
            "Use a model that ships safetensors, or convert it with save_pretrained first.",
        )
    raise ModelError(
        f"{directory} has no safetensors weights ({WEIGHTS_NAME}).",
        "Give a directory saved by transformers, a Hub id, or a .gguf file.",
    )


def read_tensors(directory: Path) -> dict[str, TensorEntry]:
    """Every tensor of the model by name. Raises `ModelError` for damaged or truncated files."""
    tensors: dict[str, TensorEntry] = {}
    for file in weight_files(directory):
        tensors.update(_read_file(file))
    return tensors


def _shards(index: Path) -> list[Path]:
    try:
        weight_map = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
        names = sorted({str(name) for name in weight_map.values()})
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise ModelError(f"{index} cannot be read: {error}", _INCOMPLETE) from error
    shards = [index.parent / name for name in names]
    missing = [shard.name for shard in shards if not shard.is_file()]
    if missing:
        raise ModelError(f"{index.parent} lacks {', '.join(missing)}.", _INCOMPLETE)
    return shards


def _read_file(file: Path) -> dict[str, TensorEntry]:
    size = file.stat().st_size
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if not 0 < length <= min(size - 8, _MAX_HEADER_BYTES):
                raise ValueError("the header is cut off")
            header = json.loads(stream.read(length))
        data = 8 + length
        tensors = {
            name: TensorEntry(
                name,
                file,
                str(entry["dtype"]),
                tuple(int(side) for side in entry["shape"]),
                data + int(entry["data_offsets"][0]),
                data + int(entry["data_offsets"][1]),
            )
            for name, entry in header.items()
            if name != "__metadata__"
        }
    except _DAMAGES as error:
        raise ModelError(f"{file} is not a whole safetensors file: {error}", _INCOMPLETE) from error
    if max((tensor.end for tensor in tensors.values()), default=data) > size:
        raise ModelError(f"{file} is cut off: it ends before its last tensor.", _INCOMPLETE)
    return tensors
