"""Small compiled functions that a decode step and a sampler share.

Sums may be taken in any order (`reassoc`), which lets LLVM use vectors; for one machine and one
version the order is fixed.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from novelgen.modeling.fused.intrinsics import (
    ALONE_BLOCKS,
    BLOCK,
    HAS_MANY_REGISTERS,
    atomic_add,
    atomic_load,
    float_of_bits,
    give_way,
    tile_1,
    tile_2,
    tile_3,
    tile_4,
    tile_8,
    tile_alone,
)

Floats = NDArray[np.float32]

_SPINS_BEFORE_GIVING_WAY = 4000
_LOWEST_EXPONENT = np.float32(-87.0)
_LOG2_E = np.float32(1.4426950408889634)
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_ONE, _HALF = np.float32(1.0), np.float32(0.5)
# Cephes `expf`: relative error below 2e-7.
_C0, _C1 = np.float32(1.9875691500e-4), np.float32(1.3981999507e-3)
_C2, _C3 = np.float32(8.3334519073e-3), np.float32(4.1665795894e-2)
_C4, _C5 = np.float32(1.6666665459e-1), np.float32(5.0000001201e-1)


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def exponential(x: np.float32):
    """`e ** x` for `x` up to 88; below -87, the same as at -87 (1e-38)."""
    x = x if x > _LOWEST_EXPONENT else _LOWEST_EXPONENT
    whole = np.floor(x * _LOG2_E + _HALF)
    rest = x - whole * _LN2_HIGH
    rest = rest - whole * _LN2_LOW
    value = _C0 * rest + _C1
    value = value * rest + _C2
    value = value * rest + _C3
    value = value * rest + _C4
    value = value * rest + _C5
    value = value * rest * rest + rest + _ONE
    return value * float_of_bits((np.int32(whole) + np.int32(127)) << np.int32(23))


@njit(cache=True, nogil=True, fastmath={"nnan", "nsz", "reassoc"}, error_model="numpy")
def highest_of(scores):
    """The highest number; -inf for none. Undefined when one is NaN."""
    highest = np.float32(-np.inf)
    for i in range(scores.shape[0]):
        highest = max(highest, scores[i])
    return highest


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"}, error_model="numpy")
def exponentiate(scores, highest):
    """Turn every score into `e ** (score - highest)`; returns their sum."""
    # Loops over slices from 0 on: only there LLVM knows that no index is negative.
    total = np.float32(0)
    for i in range(scores.shape[0]):
        weight = exponential(scores[i] - highest)
        scores[i] = weight
        total += weight
    return total


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"}, error_model="numpy")
def rms_norm(x: Floats, weight: Floats, out: Floats, size: int, epsilon: np.float32) -> None:
    """`x * weight` over the root mean square of the first `size` numbers of `x`.

    `out` may be a column of an array.
    """
    total = np.float32(0)
    for i in range(size):
        total += x[i] * x[i]
    factor = _ONE / np.sqrt(total / np.float32(size) + epsilon)
    for i in range(size):
        out[i] = x[i] * factor * weight[i]


@njit(cache=True, nogil=True, error_model="numpy")
def add_product(weights, scales, x, out, num_rows, first, stop):
    """Add `weights @ x` to `out`, for outputs of the blocks `first` to `stop`.

    `weights` is `(blocks, inputs, 32)`, `scales` `(blocks, groups, 32)` float32, `x`
    `(inputs, rows)` float32 and `out` `(rows, 32 * blocks)` float32.
    """
    inputs, groups = weights.shape[1], scales.shape[1]
    size, s_step = inputs // groups, groups * BLOCK
    add_blocks(
        weights, first * inputs * BLOCK, inputs * BLOCK, x, 0, x.shape[1], groups, size,
        scales, first * s_step, s_step, out, first * BLOCK, out.shape[1], num_rows, stop - first,
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


@njit(cache=True, nogil=True)
def meet(sync: NDArray[np.int64], target: int) -> None:
    """Wait until all threads have come here: until `target` arrivals have been counted."""
    atomic_add(sync, 0, 1)
    spins = 0
    while atomic_load(sync, 0) < target:
        spins += 1
        if spins > _SPINS_BEFORE_GIVING_WAY:
            give_way()
