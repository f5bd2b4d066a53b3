"""Reads the header of a GGUF file: architecture, licence, tensors. Reads no weights.

Format: the GGUF specification of the ggml project, versions 2 and 3 (little endian). A file that
is cut off, split, or no GGUF at all is refused here, before anything slow begins. Whatever its
bytes are, reading them ends within a second and raises nothing but `ModelError`.
"""

import math
import mmap
import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from novelgen.errors import ModelError

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_STRING, _ARRAY = 8, 9
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q"}
_SCALARS[12] = "d"
_DEFAULT_ALIGNMENT = 32
_F32, _F16 = 0, 1
# Beyond what any model has. The largest vocabularies have a quarter of a million tokens, and twice
# as many merges; mixtures of experts have some thousand tensors.
_MOST_FIELDS, _MOST_TENSORS, _MOST_DIMENSIONS = 10_000, 100_000, 8
_MOST_ELEMENTS = 4_000_000
_LONGEST_KEY, _LONGEST_STRING = 65_535, 16_000_000
_DEEPEST = 4
_DAMAGES = (struct.error, ValueError, TypeError, IndexError, OverflowError)
"""What a header that is cut off or makes no sense comes to; broken UTF-8 is a `ValueError`."""
_SPECIAL_KEYS = {
    "bos": "tokenizer.ggml.bos_token_id",
    "eos": "tokenizer.ggml.eos_token_id",
    "unk": "tokenizer.ggml.unknown_token_id",
    "pad": "tokenizer.ggml.padding_token_id",
}


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What a GGUF file says of itself."""

    architecture: str
    """The GGUF name of the architecture: llama, qwen3, ..."""
    license: str
    parameters: int
    storage_dtype: str
    """The torch dtype that keeps the bulk of the weights: quantised ones become bfloat16."""
    special_ids: Mapping[str, int]
    """Ids of the special tokens that the file names, under bos, eos, unk and pad."""
    tensor_bytes: int = 0
    """Of all weights as they stand in the file."""
    quantization: str = ""
    """The ggml type that most parameters have: Q4_K, Q8_0, F16, ..."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Every field of the header that is one value; arrays are left out."""
    array_lengths: Mapping[str, int] = field(default_factory=dict)

    @property
    def converted_bytes(self) -> int:
        """Size of the weights once de-quantised."""
        return self.parameters * (4 if self.storage_dtype == "float32" else 2)


def read_gguf_header(path: Path) -> GgufHeader:
    """Reads and checks the header of `path`. Raises `ModelError` with the reason."""
    try:
        with path.open("rb") as stream:
            if stream.read(4) != _MAGIC:
                raise ModelError(
                    f"{path.name} is not a GGUF file.",
                    "Give a file written by llama.cpp's converter, or fetch it again.",
                )
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as view:
                return _parse(view, path)
    except _DAMAGES as error:
        raise _cut_off(path) from error


class _Cursor:
    """A reading position in the mapped file."""

    def __init__(self, view: mmap.mmap, offset: int) -> None:
        self.view = view
        self.offset = offset
        self._elements = 0

    def number(self, code: str) -> Any:
        (value,) = struct.unpack_from("<" + code, self.view, self.offset)
        self.offset += struct.calcsize(code)
        return value

    def skip(self, count: int) -> None:
        self.offset += count
        if self.offset > len(self.view):
            raise IndexError("past the end")

    def string(self, longest: int = _LONGEST_STRING) -> str:
        length = self.number("Q")
        if length > longest:
            raise ValueError("a string that is too long")
        start = self.offset
        self.skip(length)
        return self.view[start : self.offset].decode("utf-8")

    def value(self, kind: int) -> Any:
        """A value of a scalar or string kind."""
        return self.string() if kind == _STRING else self.number(_scalar(kind))

    def skip_array(self, depth: int = 1) -> int:
        """Go past an array; returns how many elements it has."""
        kind, length = self.number("I"), self.number("Q")
        if kind not in (_STRING, _ARRAY):
            self.skip(length * struct.calcsize(_scalar(kind)))
            return int(length)
        self._elements += length
        if self._elements > _MOST_ELEMENTS or depth > _DEEPEST:
            raise ValueError("arrays beyond all measure")
        if kind == _ARRAY:
            for _ in range(length):
                self.skip_array(depth + 1)
            return int(length)
        # Half a million strings in a large vocabulary: as few steps for each as can be.
        unpack, view, offset = struct.Struct("<Q").unpack_from, self.view, self.offset
        for _ in range(length):
            offset += 8 + unpack(view, offset)[0]
        self.offset = offset
        self.skip(0)
        return int(length)


def _scalar(kind: int) -> str:
    if kind not in _SCALARS:
        raise IndexError(f"no such value type: {kind}")
    return _SCALARS[kind]


def _parse(view: mmap.mmap, path: Path) -> GgufHeader:
    cursor = _Cursor(view, len(_MAGIC))
    version = cursor.number("I")
    if version not in _VERSIONS:
        raise ModelError(
            f"{path.name} is a GGUF file of version {version}; versions 2 and 3 are read.",
            "Convert it again with a current llama.cpp.",
        )
    tensor_count, field_count = cursor.number("Q"), cursor.number("Q")
    if field_count > _MOST_FIELDS or tensor_count > _MOST_TENSORS:
        raise ValueError("more fields or tensors than any model has")
    fields, lengths = _read_fields(cursor, field_count)
    if int(fields.get("split.count", 1)) > 1:
        raise ModelError(
            f"{path.name} is one part of a split GGUF.",
            "Merge the parts into one file first (llama-gguf-split --merge).",
        )
    parameters_by_type, tensor_bytes = _read_tensors(cursor, tensor_count, fields, path)
    return GgufHeader(
        architecture=str(fields.get("general.architecture", "")),
        license=str(fields.get("general.license", "")),
        parameters=sum(parameters_by_type.values()),
        storage_dtype=_storage_dtype(parameters_by_type),
        special_ids={
            name: int(fields[key]) for name, key in _SPECIAL_KEYS.items() if key in fields
        },
        tensor_bytes=tensor_bytes,
        quantization=_bulk_type(parameters_by_type),
        fields=fields,
        array_lengths=lengths,
    )


def _read_fields(cursor: _Cursor, count: int) -> tuple[dict[str, Any], dict[str, int]]:
    """The single values, and the lengths of the arrays."""
    fields: dict[str, Any] = {}
    lengths: dict[str, int] = {}
    for _ in range(count):
        key = cursor.string(_LONGEST_KEY)
        kind = cursor.number("I")
        if kind == _ARRAY:
            lengths[key] = cursor.skip_array()
        else:
            fields[key] = cursor.value(kind)
    return fields, lengths


def _read_tensors(
    cursor: _Cursor, count: int, fields: dict[str, Any], path: Path
) -> tuple[Counter[int], int]:
    """Parameters by ggml type, and the bytes of all.

    Checks that the file reaches to the end of every tensor.
    """
    from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

    parameters: Counter[int] = Counter()
    end = total = 0
    for _ in range(count):
        cursor.string(_LONGEST_KEY)
        num_dimensions = cursor.number("I")
        if num_dimensions > _MOST_DIMENSIONS:
            raise ValueError("a tensor of too many dimensions")
        dimensions = [cursor.number("Q") for _ in range(num_dimensions)]
        kind, offset = cursor.number("I"), cursor.number("Q")
        elements = math.prod(dimensions)
        parameters[kind] += elements
        try:
            block, block_bytes = GGML_QUANT_SIZES[GGMLQuantizationType(kind)]
        except (ValueError, KeyError):
            raise ModelError(
                f"{path.name} uses a quantisation (ggml type {kind}) that is not known here.",
                "Use a file with a common quantisation, such as Q8_0, Q4_K_M or Q4_1.",
            ) from None
        size = elements // block * block_bytes
        total += size
        end = max(end, offset + size)
    alignment = max(1, int(fields.get("general.alignment") or _DEFAULT_ALIGNMENT))
    data = -(-cursor.offset // alignment) * alignment
    if end and data + end > len(cursor.view):
        raise _cut_off(path)
    return parameters, total


def _bulk_type(parameters_by_type: Counter[int]) -> str:
    from gguf.constants import GGMLQuantizationType

    if not parameters_by_type:
        return ""
    bulk = max(parameters_by_type, key=lambda kind: parameters_by_type[kind])
    return str(GGMLQuantizationType(bulk).name)


def _storage_dtype(parameters_by_type: Counter[int]) -> str:
    bulk = max(parameters_by_type, key=lambda kind: parameters_by_type[kind], default=_F32)
    return {_F32: "float32", _F16: "float16"}.get(bulk, "bfloat16")


def _cut_off(path: Path) -> ModelError:
    return ModelError(
        f"{path.name} is cut off or damaged: it ends before its last tensor.",
        "Fetch or copy the file again.",
    )
