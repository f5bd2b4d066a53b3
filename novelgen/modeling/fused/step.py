"""One decode step of a Llama-family model for all rows, as every thread of a team runs it.

    x -> [norm -> q, k, v -> rotate -> attention -> out + x
               -> norm -> gate, up -> down + x] * layers -> norm -> head -> logits

Between two of these the threads meet. Keys and values of the prompt are kept once for all rows;
what a row has written is kept in its slot, so a row that stops is left out by leaving its slot
out. Attention is computed with the same tiles as the matrices: keys lie in blocks of 32
positions, values in blocks of 32 dimensions.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from novelgen.modeling.fused.arithmetic import (
    exponential,
    exponentiate,
    highest_of,
    meet,
    rms_norm,
)
from novelgen.modeling.fused.intrinsics import BLOCK, UNROLL, narrowed
from novelgen.modeling.fused.products import Operand, add_blocks, add_product, arrange

_NEGLIGIBLE_CHANCE = np.float32(1e-20)

Floats = NDArray[np.float32]
Packed = NDArray[Any]
"""Weights, `(layers, blocks, inputs, 32)`: int8, float32, or uint8 of dot products."""
Cached = NDArray[Any]
"""float32, or half floats as uint16."""


class Shape(NamedTuple):
    """Numbers of a model. Padded sizes are multiples of 32."""

    num_layers: int
    hidden: int
    num_heads: int
    num_kv_heads: int
    head_dim: int
    padded_head_dim: int
    window: int
    """Positions a token attends to; 0 is all."""
    has_head_norms: bool
    epsilon: np.float32
    attention_scale: np.float32


class Weights(NamedTuple):
    """A model's weights, packed; scales are `(layers, blocks, groups, 32)` float32."""

    qkv: Packed
    qkv_scale: Floats
    qkv_bias: Floats
    query_norm: Floats
    key_norm: Floats
    out: Packed
    out_scale: Floats
    gate_up: Packed
    gate_up_scale: Floats
    down: Packed
    down_scale: Floats
    attention_norm: Floats
    mlp_norm: Floats
    final_norm: Floats
    head: Packed
    head_scale: Floats


class KeyValues(NamedTuple):
    """Keys `(layers, [slots,] kv heads, position blocks, head dim, 32)` and values
    `(layers, [slots,] kv heads, head dim blocks, positions, 32)`."""

    prompt_keys: Cached
    prompt_values: Cached
    row_keys: Cached
    row_values: Cached


class Workspace(NamedTuple):
    """Room for one step, float32."""

    x: Floats
    """In: the embeddings of the newest tokens, `(rows, padded hidden)`."""
    qkv: Floats
    """`(rows, heads * padded head dim)`."""
    attended: Floats
    """`(rows, query heads * padded head dim)`."""
    gate_up: Floats
    """`(rows, 2 * padded inner)`."""
    activated: Floats
    """`(rows, padded inner)`."""
    logits: Floats
    """Out: `(rows, padded vocabulary)`."""
    normed: Floats
    """`(threads, rows, padded hidden)`."""
    queries: Floats
    """`(threads, padded head dim, heads of a group)`."""
    scores: Floats
    """`(threads, heads of a group, positions)`."""
    chances: Floats
    """The same as probabilities, `(threads, positions, heads of a group)`."""
    mixed: Floats
    """`(threads, heads of a group, padded head dim)`."""
    ones: Floats
    """`(32,)`: the scale of what is not quantised."""
    operand: Operand
    """What a thread multiplies a matrix with."""
    sync: NDArray[np.int64]
    """Arrivals of threads; 0 before a step."""


@njit(cache=True, nogil=True, error_model="numpy")
def decode_step(
    thread, num_threads, shape, weights, caches, work, slots, prompt_length, num_written, cos, sin
):
    """Logits after the newest token of every row, in `work.logits`.

    `slots` `(rows,)` are the cache slots of the rows; `num_written` is how many tokens each has
    in its slot already; `cos` and `sin` `(head_dim,)` rotate the newest position.
    """
    num_rows = slots.shape[0]
    x, operand, meetings = work.x, work.operand, 0
    for layer in range(shape.num_layers):
        qkv, qkv_scale = weights.qkv[layer], weights.qkv_scale[layer]
        _norm(thread, shape, weights.attention_norm[layer], work, num_rows)
        arrange(qkv, qkv_scale, work.normed[thread], operand, thread, num_rows)
        _queries_keys_values(
            thread, num_threads, layer, shape, weights, caches, work, slots, num_written, cos, sin
        )
        meetings += 1
        meet(work.sync, meetings * num_threads)
        _attend(thread, num_threads, layer, shape, caches, work, slots, prompt_length, num_written)
        meetings += 1
        meet(work.sync, meetings * num_threads)
        out, out_scale = weights.out[layer], weights.out_scale[layer]
        first, stop = _share(thread, num_threads, out.shape[0])
        arrange(out, out_scale, work.attended, operand, thread, num_rows)
        add_product(out, out_scale, operand, thread, x, num_rows, first, stop)
        meetings += 1
        meet(work.sync, meetings * num_threads)
        _norm(thread, shape, weights.mlp_norm[layer], work, num_rows)
        arrange(
            weights.gate_up[layer], weights.gate_up_scale[layer], work.normed[thread], operand,
            thread, num_rows,
        )  # fmt: skip
        _gate(thread, num_threads, layer, weights, work, num_rows)
        meetings += 1
        meet(work.sync, meetings * num_threads)
        down, down_scale = weights.down[layer], weights.down_scale[layer]
        arrange(down, down_scale, work.activated, operand, thread, num_rows)
        add_product(down, down_scale, operand, thread, x, num_rows, first, stop)
        meetings += 1
        meet(work.sync, meetings * num_threads)
    _norm(thread, shape, weights.final_norm, work, num_rows)
    arrange(weights.head, weights.head_scale, work.normed[thread], operand, thread, num_rows)
    first, stop = _share(thread, num_threads, weights.head.shape[0])
    for row in range(num_rows):
        work.logits[row, first * BLOCK : stop * BLOCK] = 0
    add_product(
        weights.head, weights.head_scale, operand, thread, work.logits, num_rows, first, stop
    )
    meetings += 1
    meet(work.sync, meetings * num_threads)


@njit(cache=True, nogil=True, error_model="numpy")
def _share(thread, num_threads, count):
    """A thread's share of `count` things: where it begins and stops."""
    return thread * count // num_threads, (thread + 1) * count // num_threads


@njit(cache=True, nogil=True, error_model="numpy")
def _norm(thread, shape, norm, work, num_rows):
    """Every row normed, into a thread's `work.normed`."""
    normed = work.normed[thread]
    for row in range(num_rows):
        rms_norm(work.x[row], norm, normed[row], shape.hidden, shape.epsilon)


@njit(cache=True, nogil=True, error_model="numpy")
def _queries_keys_values(
    thread, num_threads, layer, shape, weights, caches, work, slots, num_written, cos, sin
):
    """A thread's share of the heads: projected, normed, rotated; keys and values cached."""
    heads = shape.num_heads + 2 * shape.num_kv_heads
    first, stop = _share(thread, num_threads, heads)
    width, num_rows = shape.padded_head_dim, slots.shape[0]
    bias = weights.qkv_bias[layer]
    for row in range(num_rows):
        work.qkv[row, first * width : stop * width] = bias[first * width : stop * width]
    per_head = width // BLOCK
    add_product(
        weights.qkv[layer], weights.qkv_scale[layer], work.operand, thread, work.qkv, num_rows,
        first * per_head, stop * per_head,
    )  # fmt: skip
    at_block, at_lane = num_written // BLOCK, num_written % BLOCK
    for head in range(first, stop):
        is_value = head >= shape.num_heads + shape.num_kv_heads
        for row in range(num_rows):
            values = work.qkv[row, head * width : (head + 1) * width]
            if is_value:
                number = head - shape.num_heads - shape.num_kv_heads
                stored = caches.row_values[layer, slots[row], number]
                for i in range(width):
                    stored[i // BLOCK, num_written, i % BLOCK] = narrowed(stored, values[i])
                continue
            if shape.has_head_norms:
                norm = weights.query_norm if head < shape.num_heads else weights.key_norm
                rms_norm(values, norm[layer], values, shape.head_dim, shape.epsilon)
            _rotate(values, cos, sin, shape.head_dim)
            if head < shape.num_heads:
                for i in range(width):
                    values[i] *= shape.attention_scale
            else:
                number = head - shape.num_heads
                stored = caches.row_keys[layer, slots[row], number, at_block]
                for i in range(width):
                    stored[i, at_lane] = narrowed(stored, values[i])


@njit(cache=True, nogil=True, error_model="numpy")
def _rotate(values, cos, sin, head_dim):
    half = head_dim // 2
    for i in range(half):
        low, high = values[i], values[i + half]
        values[i] = low * cos[i] - high * sin[i]
        values[i + half] = high * cos[i + half] + low * sin[i + half]


@njit(cache=True, nogil=True, error_model="numpy")
def _attend(thread, num_threads, layer, shape, caches, work, slots, prompt_length, num_written):
    """Attention for a thread's share of rows and groups of heads, into `work.attended`."""
    group = shape.num_heads // shape.num_kv_heads
    items = slots.shape[0] * shape.num_kv_heads
    first, stop = _share(thread, num_threads, items)
    for item in range(first, stop):
        row, kv_head = divmod(item, shape.num_kv_heads)
        _attend_heads(
            row, kv_head * group, group, kv_head, layer, shape, caches, work,
            thread, slots[row], prompt_length, num_written + 1,
        )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def _attend_heads(
    row, head, num_heads, kv_head, layer, shape, caches, work, thread, slot, num_prompt, num_row
):
    """Attention of one row, for heads that read the same keys and values."""
    width, lowest = shape.padded_head_dim, 0
    if shape.window:
        lowest = max(0, num_prompt + num_row - shape.window)
    prompt_low, row_low = min(lowest, num_prompt), max(0, lowest - num_prompt)
    prompt_blocks = (num_prompt + BLOCK - 1) // BLOCK
    row_start = prompt_blocks * BLOCK  # where the row's own scores begin
    row_blocks = (num_row + BLOCK - 1) // BLOCK
    queries, scores = work.queries[thread], work.scores[thread]
    chances, mixed = work.chances[thread], work.mixed[thread]
    for number in range(num_heads):
        query = work.qkv[row, (head + number) * width : (head + number + 1) * width]
        for i in range(width):
            queries[i, number] = query[i]
        scores[number, : row_start + row_blocks * BLOCK] = 0
        mixed[number, :] = 0
    _score(
        caches.prompt_keys[layer, kv_head], queries, scores, work.ones,
        prompt_low // BLOCK, prompt_blocks, 0, width, num_heads,
    )  # fmt: skip
    _score(
        caches.row_keys[layer, slot, kv_head], queries, scores, work.ones,
        row_low // BLOCK, row_blocks, row_start, width, num_heads,
    )  # fmt: skip
    for number in range(num_heads):
        of_prompt = scores[number, prompt_low:num_prompt]
        of_row = scores[number, row_start + row_low : row_start + num_row]
        highest = max(highest_of(of_prompt), highest_of(of_row))
        total = exponentiate(of_prompt, highest) + exponentiate(of_row, highest)
        factor = np.float32(1) / total
        _place(of_prompt, factor, chances, prompt_low, number)
        _place(of_row, factor, chances, row_start + row_low, number)
    _mix(
        caches.prompt_values[layer, kv_head], chances, mixed, work.ones,
        prompt_low, num_prompt, 0, num_heads,
    )  # fmt: skip
    _mix(
        caches.row_values[layer, slot, kv_head], chances, mixed, work.ones,
        row_low, num_row, row_start, num_heads,
    )  # fmt: skip
    for number in range(num_heads):
        for i in range(width):
            work.attended[row, (head + number) * width + i] = mixed[number, i]


@njit(cache=True, nogil=True, error_model="numpy")
def _score(keys, queries, scores, ones, first, stop, start, width, num_heads):
    """Products of the queries with the keys of some blocks, into `scores` from `start` on."""
    items = width * BLOCK
    add_blocks(
        keys, first * items, items, queries, 0, queries.shape[1], 1, width, ones, 0, 0,
        scores, start + first * BLOCK, scores.shape[1], num_heads, max(0, stop - first),
    )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def _place(weights, factor, chances, start, number):
    """Weights times `factor` as a column of `chances`, from `start` on.

    What cannot count is nothing: products of the smallest floats take some processors a hundred
    times as long as others.
    """
    column = chances[start:, number]
    for i in range(weights.shape[0]):
        chance = weights[i] * factor
        column[i] = chance if chance > _NEGLIGIBLE_CHANCE else np.float32(0)


@njit(cache=True, nogil=True, error_model="numpy")
def _mix(values, chances, mixed, ones, low, stop, start, num_heads):
    """Add the values of positions `low` to `stop`, weighted; `chances` of `low` is at `start`."""
    first = low // UNROLL * UNROLL
    padded = (stop + UNROLL - 1) // UNROLL * UNROLL
    if padded <= first:
        return
    for number in range(num_heads):
        for i in range(first, low):
            chances[start + i, number] = 0
        for i in range(stop, padded):
            chances[start + i, number] = 0
    add_blocks(
        values, first * BLOCK, values.shape[1] * BLOCK, chances,
        (start + first) * chances.shape[1], chances.shape[1], 1, padded - first, ones, 0, 0,
        mixed, 0, mixed.shape[1], num_heads, values.shape[0],
    )  # fmt: skip


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _gate(thread, num_threads, layer, weights, work, num_rows):
    """`silu(gate) * up` for a thread's share of the inner size. Gate and up blocks alternate."""
    first, stop = _share(thread, num_threads, weights.gate_up.shape[1] // 2)
    for row in range(num_rows):
        work.gate_up[row, 2 * first * BLOCK : 2 * stop * BLOCK] = 0
    add_product(
        weights.gate_up[layer], weights.gate_up_scale[layer], work.operand, thread, work.gate_up,
        num_rows, 2 * first, 2 * stop,
    )  # fmt: skip
    for row in range(num_rows):
        for block in range(first, stop):
            start = 2 * block * BLOCK
            gates = work.gate_up[row, start : start + BLOCK]
            ups = work.gate_up[row, start + BLOCK : start + 2 * BLOCK]
            activated = work.activated[row, block * BLOCK : (block + 1) * BLOCK]
            for i in range(BLOCK):
                activated[i] = gates[i] / (np.float32(1) + exponential(-gates[i])) * ups[i]
