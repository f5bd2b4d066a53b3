"""Counter-based random numbers: one Philox stream a row, one number a position and lane.

A stream is named by what it is for, not by when it is drawn, so dropped rows, roll-backs,
batch composition and resumes shift nothing. Raw Philox output is used because numpy fixes it
across versions, which it does not promise for its distributions. Philox: Salmon et al.,
*Parallel random numbers: as easy as 1, 2, 3* (SC 2011).
"""

import hashlib
import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_WORDS_PER_BLOCK = 4
_LANE_BITS = 128
"""Of the counter's 256, those below a lane's number count its blocks."""


def stream_key(seed: int, purpose: str, path: Sequence[int | str]) -> bytes:
    """The 16-byte key of a stream.

    `path` names the stream below the novel's `seed`: for prose (branch, chapter, revision,
    segment, passage, candidate, attempt), for planning (what is planned, number, attempt).
    """
    name = json.dumps([seed, purpose, *path], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(name.encode()).digest()[:16]


def uniforms(key: bytes, start: int, count: int, lane: int = 0) -> NDArray[np.float64]:
    """Numbers `start` to `start + count` of a stream, each in [0, 1) with 53 random bits.

    Lanes are streams of one key that have nothing in common, for what needs a second number a
    position.
    """
    first_block, skip = divmod(start, _WORDS_PER_BLOCK)
    counter = (lane << _LANE_BITS) + first_block
    generator = np.random.Philox(key=int.from_bytes(key, "little"), counter=counter)
    raw = np.asarray(generator.random_raw(skip + count), dtype=np.uint64)[skip:]
    return (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53
