"""How matrices lie in memory for the fused step: padded, rounded to bytes, in blocks of outputs."""

import torch
from torch import Tensor, nn

from novelgen.modeling.fused.dot_tiles import WEIGHT_OFFSET, WORD
from novelgen.modeling.fused.intrinsics import BLOCK
from novelgen.modeling.fused.products import SMALLEST_GROUP

_LARGEST_GROUP = 64


def padded(size: int) -> int:
    """The next multiple of 32."""
    return -(-size // BLOCK) * BLOCK


def pad_outputs(matrix: Tensor, size: int) -> Tensor:
    """`(outputs, inputs)` as `(size, inputs)`, with zeros."""
    return nn.functional.pad(matrix, (0, 0, 0, size - matrix.shape[0]))


def pad_inputs(matrix: Tensor, size: int) -> Tensor:
    """`(..., inputs)` as `(..., size)`, with zeros."""
    return nn.functional.pad(matrix, (0, size - matrix.shape[-1]))


def pad_heads(matrix: Tensor, head_dim: int, size: int) -> Tensor:
    """`(heads * head_dim, n)` as `(heads * size, n)`, with zeros."""
    heads = matrix.reshape(-1, head_dim, matrix.shape[1])
    return nn.functional.pad(heads, (0, 0, 0, size - head_dim)).flatten(0, 1)


def quantised(
    matrix: Tensor, largest: int = 127, dtype: torch.dtype = torch.int8
) -> tuple[Tensor, Tensor]:
    """Whole numbers `(rows, groups, group size)` and float32 scales `(rows, groups, 1)`.

    The largest of a group becomes `largest`. `matrix` is `(rows, inputs)` float32; the number of
    inputs is a multiple of 32. A group is of 64 inputs, or 32 where 64 do not divide them.
    """
    rows, inputs = matrix.shape
    size = _LARGEST_GROUP if inputs % _LARGEST_GROUP == 0 else SMALLEST_GROUP
    groups = matrix.reshape(rows, inputs // size, size)
    scales = groups.abs().amax(-1, keepdim=True) / largest
    return (groups / scales.clamp(min=1e-30)).round_().to(dtype), scales


def in_blocks(matrix: Tensor) -> Tensor:
    """`(outputs, inputs)` as `(blocks, inputs, 32)`, a view."""
    outputs, inputs = matrix.shape
    return matrix.reshape(outputs // BLOCK, BLOCK, inputs).transpose(1, 2)


def in_words(blocks: Tensor) -> Tensor:
    """int8 `(blocks, inputs, 32)` in the order and sign of dot products, in the same shape."""
    count, inputs, outputs = blocks.shape
    words = blocks.reshape(count, inputs // WORD, WORD, outputs).transpose(2, 3)
    return (words.to(torch.int16) + WEIGHT_OFFSET).to(torch.uint8).reshape(blocks.shape)
