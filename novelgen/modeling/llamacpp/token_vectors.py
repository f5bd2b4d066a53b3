"""The input embeddings of a GGUF file: what a token looks like to the first layer.

Rows are de-quantised as they are asked for, as llama.cpp does it; the table itself stays on disk.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from novelgen.errors import ModelError

_NAME = "token_embd.weight"


class TokenVectors:
    """Looks tokens up in a GGUF file."""

    def __init__(self, gguf: Path) -> None:
        """Raises `ModelError` when the file holds no input embeddings that can be read."""
        from gguf import GGUFReader
        from gguf.quants import dequantize

        self._dequantize: Any = dequantize
        try:
            found = [tensor for tensor in GGUFReader(gguf).tensors if tensor.name == _NAME]
        except (ValueError, KeyError, IndexError, OSError) as error:
            raise ModelError(
                f"{gguf.name} cannot be read: {error}", "Fetch the file again."
            ) from error
        if not found:
            raise ModelError(f"{gguf.name} has no input embeddings.", "Choose another file.")
        self._table: Any = found[0].data
        self._kind: Any = found[0].tensor_type
        self.of([0])

    def of(self, ids: Sequence[int]) -> Tensor:
        """`(tokens, hidden)` float32."""
        rows = np.ascontiguousarray(self._table[list(ids)])
        try:
            vectors = self._dequantize(rows, self._kind)
        except NotImplementedError as error:
            raise ModelError(
                f"Input embeddings of kind {self._kind.name} cannot be read.",
                "Choose another quantisation of the model, or write without a memory adapter.",
            ) from error
        return torch.from_numpy(np.ascontiguousarray(vectors, np.float32))
