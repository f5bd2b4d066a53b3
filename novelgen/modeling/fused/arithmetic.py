"""Small compiled functions that a decode step and a sampler share.

Sums may be taken in any order (`reassoc`), which lets LLVM use vectors; for one machine and one
version the order is fixed.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from novelgen.modeling.fused.intrinsics import (
    atomic_add,
    atomic_load,
    float_of_bits,
    give_way,
    highest_in,
)

Floats = NDArray[np.float32]

_SPINS_BEFORE_GIVING_WAY = 4000
_LOWEST_EXPONENT, _HIGHEST_EXPONENT = np.float32(-87.0), np.float32(88.0)
_LOG2_E = np.float32(1.4426950408889634)
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_ONE, _HALF = np.float32(1.0), np.float32(0.5)
# Cephes `expf`: relative error below 2e-7.
_C0, _C1 = np.float32(1.9875691500e-4), np.float32(1.3981999507e-3)
_C2, _C3 = np.float32(8.3334519073e-3), np.float32(4.1665795894e-2)
_C4, _C5 = np.float32(1.6666665459e-1), np.float32(5.0000001201e-1)


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def exponential(x: np.float32):
    """`e ** x`; as at -87 below that (1e-38), and as at 88 above (1e38)."""
    x = x if x > _LOWEST_EXPONENT else _LOWEST_EXPONENT
    x = x if x < _HIGHEST_EXPONENT else _HIGHEST_EXPONENT
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


@njit(cache=True, nogil=True, error_model="numpy")
def highest_of(scores):
    """The highest number of a contiguous array; -inf for none. Undefined when one is NaN."""
    whole = scores.shape[0] // 16 * 16
    highest = highest_in(scores, 0, whole) if whole else np.float32(-np.inf)
    for i in range(whole, scores.shape[0]):
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


@njit(cache=True, nogil=True)
def meet(sync: NDArray[np.int64], target: int) -> None:
    """Wait until all threads have come here: until `target` arrivals have been counted."""
    atomic_add(sync, 0, 1)
    spins = 0
    while atomic_load(sync, 0) < target:
        spins += 1
        if spins > _SPINS_BEFORE_GIVING_WAY:
            give_way()
