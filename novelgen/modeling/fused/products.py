"""Packed matrices times the rows of a step, in whatever form the weights are.

What a matrix takes is arranged first: rows side by side as floats for float32 and int8 weights,
or rounded to whole numbers in groups for weights of integer dot products. An output is summed
input after input in one order, so a row's result depends on that row alone.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit, types
from numba.extending import overload
from numpy.typing import NDArray

from novelgen.modeling.fused.dot_tiles import (
    DOT_ALONE_BLOCKS,
    DOT_ROWS,
    WEIGHT_OFFSET,
    WORD,
    dot_1,
    dot_2,
    dot_4,
    dot_8,
    dot_alone,
    round_group,
)
from novelgen.modeling.fused.intrinsics import (
    ALONE_BLOCKS,
    BLOCK,
    HAS_MANY_REGISTERS,
    tile_1,
    tile_2,
    tile_3,
    tile_4,
    tile_8,
    tile_alone,
)

SMALLEST_GROUP = 32
"""Inputs that share a scale, at least."""
_MANY_DOT_ROWS = DOT_ROWS[0] == 8


class Operand(NamedTuple):
    """What a matrix is multiplied with, one for every thread.

    Of float weights only `floats` is used, of dot products all else.
    """

    floats: NDArray[np.float32]
    """`(threads, inputs, rows)`."""
    bytes: NDArray[np.int8]
    """`(threads, 2, inputs)`, one row at a time: high bytes, then low ones."""
    words: NDArray[np.int32]
    """`(threads, 2, inputs / 4, rows)`, four bytes each."""
    offsets: NDArray[np.int32]
    """`(threads, groups, rows)`: where the sums of a group begin, so that the weights' offset
    cancels."""
    scales: NDArray[np.float32]
    """`(threads, groups, rows)`: what a number of a group is worth."""


def operand(num_threads: int, inputs: int, num_rows: int, *, is_dot: bool) -> Operand:
    """Room for the widest matrix of a model, `inputs` wide."""
    floats, dots = (0, inputs) if is_dot else (inputs, 0)
    groups = dots // SMALLEST_GROUP
    return Operand(
        np.zeros((num_threads, floats, num_rows), np.float32),
        np.zeros((num_threads, 2, dots), np.int8),
        np.zeros((num_threads, 2, dots // WORD, num_rows), np.int32),
        np.zeros((num_threads, groups, num_rows), np.int32),
        np.zeros((num_threads, groups, num_rows), np.float32),
    )


def _arrange(weights: Any, scales: Any, values: Any, operand: Any, thread: Any, rows: Any) -> None:
    """Prepare `values` `(rows, inputs)` for a matrix; overloaded by the kind of its weights."""


def _multiply(
    weights: Any, scales: Any, operand: Any, thread: Any, out: Any, rows: Any, first: Any, stop: Any
) -> None:
    """Add a matrix's products to `out`; overloaded by the kind of its weights."""


@overload(_arrange)
def _overload_arrange(weights, scales, values, operand, thread, rows):
    return _arrange_bytes if weights.dtype == types.uint8 else _arrange_floats


@overload(_multiply)
def _overload_multiply(weights, scales, operand, thread, out, rows, first, stop):
    return _multiply_bytes if weights.dtype == types.uint8 else _multiply_floats


@njit(cache=True, nogil=True, error_model="numpy")
def arrange(weights, scales, values, operand, thread, num_rows):
    """Make `values` `(rows, inputs)` float32 a thread's operand for a matrix like `weights`."""
    _arrange(weights, scales, values, operand, thread, num_rows)


@njit(cache=True, nogil=True, error_model="numpy")
def add_product(weights, scales, operand, thread, out, num_rows, first, stop):
    """Add `weights @ operand` to `out`, for outputs of the blocks `first` to `stop`.

    `weights` is `(blocks, inputs, 32)`, `scales` `(blocks, groups, 32)` float32 and `out`
    `(rows, 32 * blocks)` float32.
    """
    _multiply(weights, scales, operand, thread, out, num_rows, first, stop)


def _arrange_floats(weights, scales, values, operand, thread, rows):
    arranged = operand.floats[thread]
    for row in range(rows):
        source = values[row]
        for i in range(weights.shape[1]):
            arranged[i, row] = source[i]


def _arrange_bytes(weights, scales, values, operand, thread, rows):
    inputs, groups = weights.shape[1], scales.shape[1]
    size, small = inputs // groups, operand.bytes[thread]
    small_words = small.view(np.int32)
    words, offsets = operand.words[thread], operand.offsets[thread]
    worths = operand.scales[thread]
    for row in range(rows):
        source = values[row]
        for group in range(groups):
            worth, total = round_group(source, group * size, size, small)
            offsets[group, row] = -WEIGHT_OFFSET * total
            worths[group, row] = worth
        for plane in range(2):
            source_words, target = small_words[plane], words[plane]
            for i in range(inputs // WORD):
                target[i, row] = source_words[i]


def _multiply_floats(weights, scales, operand, thread, out, rows, first, stop):
    inputs, groups = weights.shape[1], scales.shape[1]
    x = operand.floats[thread]
    size, s_step = inputs // groups, groups * BLOCK
    add_blocks(
        weights, first * inputs * BLOCK, inputs * BLOCK, x, 0, x.shape[1], groups, size,
        scales, first * s_step, s_step, out, first * BLOCK, out.shape[1], rows, stop - first,
    )  # fmt: skip


def _multiply_bytes(weights, scales, operand, thread, out, rows, first, stop):
    inputs, groups = weights.shape[1], scales.shape[1]
    w_step, s_step, size = inputs * BLOCK, groups * BLOCK, inputs // groups // WORD
    words, offsets = operand.words[thread], operand.offsets[thread]
    worth, block = operand.scales[thread], first
    if rows == 1:
        while stop - block >= DOT_ALONE_BLOCKS:
            dot_alone(
                weights, block * w_step, w_step, words, offsets, worth, 0, groups, size,
                scales, block * s_step, s_step, out, block * BLOCK, out.shape[1],
            )  # fmt: skip
            block += DOT_ALONE_BLOCKS
    while block < stop:
        _add_dot_rows(
            weights, block * w_step, w_step, words, offsets, worth, groups, size,
            scales, block * s_step, out, block * BLOCK, rows,
        )  # fmt: skip
        block += 1


@njit(cache=True, nogil=True, error_model="numpy")
def _add_dot_rows(weights, w, w_step, words, offsets, worth, groups, size, scales, s, out, o, rows):
    row, step = 0, out.shape[1]
    if _MANY_DOT_ROWS:
        while rows - row >= 8:
            dot_8(
                weights, w, w_step, words, offsets, worth, row, groups, size, scales, s, 0,
                out, o + row * step, step,
            )  # fmt: skip
            row += 8
        if rows - row >= 4:
            dot_4(
                weights, w, w_step, words, offsets, worth, row, groups, size, scales, s, 0,
                out, o + row * step, step,
            )  # fmt: skip
            row += 4
    while rows - row >= 2:
        dot_2(
            weights, w, w_step, words, offsets, worth, row, groups, size, scales, s, 0,
            out, o + row * step, step,
        )  # fmt: skip
        row += 2
    if rows > row:
        dot_1(
            weights, w, w_step, words, offsets, worth, row, groups, size, scales, s, 0,
            out, o + row * step, step,
        )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def add_blocks(
    weights, w, w_step, x, x_first, x_step, groups, size, scales, s, s_step, out, o, o_step,
    num_rows, num_blocks,
):  # fmt: skip
    """Some blocks of weights times `num_rows` rows; places and steps count items of arrays."""
    block = 0
    if num_rows == 1:
        while num_blocks - block >= ALONE_BLOCKS:
            tile_alone(
                weights, w + block * w_step, w_step, x, x_first, x_step, groups, size,
                scales, s + block * s_step, s_step, out, o + block * BLOCK, o_step,
            )  # fmt: skip
            block += ALONE_BLOCKS
    while block < num_blocks:
        _add_rows(
            weights, w + block * w_step, x, x_first, x_step, groups, size,
            scales, s + block * s_step, out, o + block * BLOCK, o_step, num_rows,
        )  # fmt: skip
        block += 1


@njit(cache=True, nogil=True, error_model="numpy")
def _add_rows(weights, w, x, x_first, x_step, groups, size, scales, s, out, o, o_step, num_rows):
    row = 0
    if HAS_MANY_REGISTERS:
        while num_rows - row >= 8:
            tile_8(
                weights, w, 0, x, x_first + row, x_step, groups, size,
                scales, s, 0, out, o + row * o_step, o_step,
            )  # fmt: skip
            row += 8
        while num_rows - row >= 4:
            tile_4(
                weights, w, 0, x, x_first + row, x_step, groups, size,
                scales, s, 0, out, o + row * o_step, o_step,
            )  # fmt: skip
            row += 4
        if num_rows - row == 3:
            tile_3(
                weights, w, 0, x, x_first + row, x_step, groups, size,
                scales, s, 0, out, o + row * o_step, o_step,
            )  # fmt: skip
            row += 3
    while num_rows - row >= 2:
        tile_2(
            weights, w, 0, x, x_first + row, x_step, groups, size,
            scales, s, 0, out, o + row * o_step, o_step,
        )  # fmt: skip
        row += 2
    if num_rows - row == 1:
        tile_1(
            weights, w, 0, x, x_first + row, x_step, groups, size,
            scales, s, 0, out, o + row * o_step, o_step,
        )  # fmt: skip
