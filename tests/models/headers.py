"""GGUF headers written field by field, right or wrong, with sparse files in place of weights."""

import os
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

UINT32, FLOAT32, STRING, ARRAY, UINT64 = 4, 6, 8, 9, 10
Q4_K, Q8_0 = 12, 8
"""ggml types, with 144 bytes for 256 weights and 34 for 32."""


def string(text: str | bytes) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return struct.pack("<Q", len(data)) + data


def field(key: str | bytes, kind: int, value: bytes) -> bytes:
    return string(key) + struct.pack("<I", kind) + value


def tensor(name: str, dimensions: Sequence[int], kind: int, offset: int = 0) -> bytes:
    sides = struct.pack(f"<I{len(dimensions)}Q", len(dimensions), *dimensions)
    return string(name) + sides + struct.pack("<IQ", kind, offset)


def header(
    fields: Sequence[bytes] = (),
    tensors: Sequence[bytes] = (),
    num_fields: int | None = None,
    num_tensors: int | None = None,
    version: int = 3,
) -> bytes:
    """The counts are those of what is given unless they are to be wrong."""
    counts = (
        len(tensors) if num_tensors is None else num_tensors,
        len(fields) if num_fields is None else num_fields,
    )
    return b"GGUF" + struct.pack("<IQQ", version, *counts) + b"".join([*fields, *tensors])


def sizes(architecture: str, **numbers: int) -> list[bytes]:
    """The fields that a model's sizes stand in."""
    named = {
        "context_length": 8192,
        "block_count": 32,
        "embedding_length": 4096,
        "attention.head_count": 32,
        "attention.head_count_kv": 8,
    } | numbers
    return [
        field("general.architecture", STRING, string(architecture)),
        *(field(f"{architecture}.{key}", UINT32, struct.pack("<I", value))
          for key, value in named.items()),
    ]  # fmt: skip


def write_model(
    path: Path,
    weights: int,
    architecture: str = "llama",
    kind: int = Q4_K,
    more: Sequence[bytes] = (),
    numbers: Mapping[str, int] | None = None,
) -> Path:
    """A model of so many weights, none of which take room on the disk."""
    block, block_bytes = {Q4_K: (256, 144), Q8_0: (32, 34)}[kind]
    fields = [*sizes(architecture, **(numbers or {})), *more]
    data = header(fields, [tensor("blk.0.ffn_up.weight", [256, weights // 256], kind)])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.truncate(path, len(data) + 32 + weights // block * block_bytes)
    return path
