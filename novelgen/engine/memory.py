"""Memory states as safetensors bytes: build, check, read. Knows numpy, not torch.

The file holds one float32 tensor `memory` of shape `(num_mem_tokens, hidden_size)` and one
metadata entry, `novelgen`, a JSON object with both fingerprints. One entry, because the
order of several is not fixed by the format and equal memories must have equal bytes.
"""

import json
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from novelgen.engine.values import EngineInfo, MemoryState
from novelgen.errors import MemoryStateError

FORMAT = "memory-1"
_TENSOR = "memory"
_METADATA = "novelgen"


def pack_memory(
    values: NDArray[np.float32], model_fingerprint: str, adapter_fingerprint: str
) -> MemoryState:
    """The state for `values` of shape `(num_mem_tokens, hidden_size)`.

    Raises `MemoryStateError` when the values are not a finite float32 matrix.
    """
    if values.ndim != 2 or values.dtype != np.float32:
        raise MemoryStateError(
            f"A memory must be a float32 matrix, not {values.dtype} of shape {values.shape}."
        )
    if not np.isfinite(values).all():
        raise MemoryStateError(
            "The model wrote a memory with infinite or undefined numbers.",
            "Use dtype float32, or another adapter.",
        )
    header = {
        "format": FORMAT,
        "model": model_fingerprint,
        "adapter": adapter_fingerprint,
    }
    metadata = {_METADATA: json.dumps(header, sort_keys=True)}
    data = save({_TENSOR: np.ascontiguousarray(values)}, metadata=metadata)
    return MemoryState(
        data, values.shape[0], values.shape[1], model_fingerprint, adapter_fingerprint
    )


def parse_memory(data: bytes) -> MemoryState:
    """The state in stored bytes. Raises `MemoryStateError` when they are damaged."""
    header = _read_header(data)
    values = _read_values(data)
    return MemoryState(data, values.shape[0], values.shape[1], header["model"], header["adapter"])


def memory_values(state: MemoryState) -> NDArray[np.float32]:
    """The matrix of a state, shape `(num_mem_tokens, hidden_size)`."""
    return _read_values(state.data)


def require_fit(state: MemoryState, info: EngineInfo) -> None:
    """Refuse a memory that another model or adapter wrote, or of another shape."""
    if state.model_fingerprint != info.model_fingerprint:
        raise MemoryStateError(
            f"This memory was written by another model ({_short(state.model_fingerprint)}; "
            f"this one is {_short(info.model_fingerprint)}).",
            "Go on with the model it was written by, or start a new novel with this one.",
        )
    if state.adapter_fingerprint != info.adapter_fingerprint:
        raise MemoryStateError(
            f"This memory was written with another adapter or segment size "
            f"({_short(state.adapter_fingerprint)}; now {_short(info.adapter_fingerprint)}).",
            "Go on with the adapter and segment size it was written with.",
        )
    expected = (info.num_mem_tokens, info.hidden_size)
    if (state.num_mem_tokens, state.hidden_size) != expected:
        raise MemoryStateError(
            f"This memory has shape {(state.num_mem_tokens, state.hidden_size)}, "
            f"the model needs {expected}.",
            "Run `novelgen verify` to find damaged snapshots.",
        )


def _read_header(data: bytes) -> dict[str, str]:
    try:
        (length,) = struct.unpack_from("<Q", data)
        if length > len(data) - 8:
            raise ValueError("the header is longer than the file")
        document: dict[str, Any] = json.loads(data[8 : 8 + length])
        header = json.loads(document["__metadata__"][_METADATA])
        if header["format"] != FORMAT:
            raise ValueError(f"unknown format {header['format']!r}")
        return {"model": str(header["model"]), "adapter": str(header["adapter"])}
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise _damaged(error) from error


def _read_values(data: bytes) -> NDArray[np.float32]:
    try:
        values: NDArray[np.float32] = load(data)[_TENSOR]
    except (SafetensorError, ValueError, KeyError) as error:
        raise _damaged(error) from error
    if values.ndim != 2 or values.dtype != np.float32:
        raise _damaged(ValueError(f"{values.dtype} of shape {values.shape}"))
    return values


def _damaged(error: Exception) -> MemoryStateError:
    return MemoryStateError(
        f"Stored memory bytes are damaged: {error}.",
        "Run `novelgen verify` to find damaged snapshots.",
    )


def _short(fingerprint: str) -> str:
    return fingerprint[:12]
