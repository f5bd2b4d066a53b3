"""Matrix tiles of integer dot products, where the processor has them (VNNI).

One instruction multiplies four bytes of weights with four of inputs and adds them to a 32-bit
sum, for 16 outputs at once (8 without AVX-512): four times the arithmetic of float32. Weights are
unsigned, 128 above what they mean, in blocks `(blocks, inputs / 4, 32, 4)`. Inputs are whole
numbers of 15 bits, each in two signed bytes, `high * 128 + low`: with one byte alone the default
model's perplexity rose by 0.4 %. Four bytes make a word, `(2, inputs / 4, rows)`, the high ones
first. Integer sums are exact, and what they are scaled and added by is taken in one order whatever
the tile, so a row's result is the same to the last bit whichever rows are computed beside it.
"""

from functools import partial
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from novelgen.modeling.fused.emitting import F32, I8, I32, I64, Emitter
from novelgen.modeling.fused.intrinsics import BLOCK, HAS_MANY_REGISTERS, has_feature

HAS_WIDE_DOT = has_feature("avx512vnni")
HAS_DOT = HAS_WIDE_DOT or has_feature("avxvnni")
"""Whether this processor multiplies bytes by four."""
WORD = 4
"""Inputs in a word."""
WEIGHT_OFFSET = 128
"""What is added to a weight so that it is an unsigned byte."""
LARGEST_INPUT = 127 * 128
"""What the largest input of a group becomes."""
_LOW_BITS = 7
WORDS_PER_TURN = 4
"""Words in one turn of a tile's loop; a group of inputs is a multiple of it."""

_LANES = 16 if HAS_WIDE_DOT else 8
_VECTORS = BLOCK // _LANES
# A core waits for memory unless what comes is asked for early: the blocks after the next at least,
# with a prefetch for reading, of middling closeness, of data.
_LEAST_BLOCKS_AHEAD = 2
_INTO_SECOND_CACHE = (0, 2, 1)
_DOT = f"llvm.x86.avx512.vpdpbusd.{32 * _LANES}"


def _tile(rows: int, blocks: int) -> Any:
    @intrinsic
    def tile(
        typingctx: Any,
        weights: Any,
        weights_first: Any,
        block_items: Any,
        words: Any,
        offsets: Any,
        input_scales: Any,
        row: Any,
        num_groups: Any,
        group_words: Any,
        scales: Any,
        scales_first: Any,
        scales_step: Any,
        outputs: Any,
        outputs_first: Any,
        outputs_step: Any,
    ) -> Any:
        """Add products to `outputs`; places and steps count items of arrays.

        `block_items` is the size of a block of weights.

        `words` is `(2, inputs / 4, rows)`, `offsets` and `input_scales` `(groups, rows)`; `row`
        is the first row of the tile.
        """
        arrays = {0: weights, 3: words, 4: offsets, 5: input_scales, 9: scales, 12: outputs}
        arguments = [arrays.get(number, types.intp) for number in range(15)]

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            made = {
                number: context.make_array(kind)(context, builder, args[number])
                for number, kind in arrays.items()
            }
            values = [
                builder.ptrtoint(made[number].data, I64) if number in made else arg
                for number, arg in enumerate(args)
            ]
            plane, stride = (builder.extract_value(made[3].shape, number) for number in (1, 2))
            _emit_tile(builder, rows, blocks, (plane, stride), values)
            return context.get_dummy_value()

        return types.void(*arguments), generate

    return tile


def _emit_tile(
    builder: Any, rows: int, blocks: int, size: tuple[Any, Any], values: list[Any]
) -> None:
    w, w_first, block_items, x, offsets, x_scales, row, groups, group_words = values[:9]
    s, s_first, s_step, out, out_first, out_step = values[9:]
    emit = Emitter(builder, _LANES)
    w, s, out = emit.place(w, w_first, 1), emit.place(s, s_first, 4), emit.place(out, out_first, 4)
    x, offsets, x_scales = (emit.place(base, row, 4) for base in (x, offsets, x_scales))
    row_bytes = builder.mul(size[1], emit.constant(4))
    plane_bytes = builder.mul(size[0], row_bytes)
    vectors = blocks * _VECTORS
    lanes = [divmod(vector, _VECTORS) for vector in range(vectors)]

    def group(at: list[Any]) -> list[Any]:
        at_w, at_x, at_s, at_offsets, at_x_scales = at
        turn = partial(_emit_words, emit, rows, lanes, block_items, row_bytes)
        sums = [ir.Constant(emit.ints, [0] * _LANES)] * (rows * vectors)
        _, _, *sums = emit.loop("high", [at_w, at_x, *sums], turn, group_words, WORDS_PER_TURN)
        bits = ir.Constant(emit.ints, [_LOW_BITS] * _LANES)
        for number in range(rows):
            offset = emit.load(builder.add(at_offsets, emit.constant(4 * number)), I32)
            for place in range(number * vectors, (number + 1) * vectors):
                sums[place] = builder.add(builder.shl(sums[place], bits), emit.spread(offset))
        low = builder.add(at_x, plane_bytes)
        at_w, low, *sums = emit.loop("low", [at_w, low, *sums], turn, group_words, WORDS_PER_TURN)
        at_x = builder.sub(low, plane_bytes)
        for number in range(rows):
            x_scale = emit.load(builder.add(at_x_scales, emit.constant(4 * number)), F32)
            for vector, (block, lane) in enumerate(lanes):
                place = emit.constant(lane * _LANES * 4)
                scale = emit.load(
                    builder.add(emit.step(at_s, s_step, block, 4), place), emit.floats
                )
                worth = builder.fmul(scale, emit.spread(x_scale))
                total = builder.sitofp(sums[number * vectors + vector], emit.floats)
                address = emit.step(out, out_step, number, 4)
                address = builder.add(address, emit.constant(vector * _LANES * 4))
                emit.store(emit.fma(total, worth, emit.load(address, emit.floats)), address)
        at_s = builder.add(at_s, emit.constant(4 * BLOCK))
        return [
            at_w,
            at_x,
            at_s,
            builder.add(at_offsets, row_bytes),
            builder.add(at_x_scales, row_bytes),
        ]

    emit.loop("group", [w, x, s, offsets, x_scales], group, groups)


def _emit_words(
    emit: Emitter,
    rows: int,
    lanes: list[tuple[int, int]],
    block_items: Any,
    row_bytes: Any,
    at: list[Any],
) -> list[Any]:
    """One turn over the words of a group: `at` is the weights' and words' places, and the sums."""
    builder = emit.builder
    at_w, at_x, *sums = at
    dot = emit.function(_DOT, emit.ints, *[emit.ints] * 3)
    fetch = emit.function("llvm.prefetch.p0", ir.VoidType(), I8.as_pointer(), I32, I32, I32)
    blocks = lanes[-1][0] + 1
    ahead = builder.mul(block_items, emit.constant(max(blocks, _LEAST_BLOCKS_AHEAD)))
    for turn in range(WORDS_PER_TURN):
        loaded = []
        for block, lane in lanes:
            place = emit.constant((turn * BLOCK + lane * _LANES) * WORD)
            address = builder.add(emit.step(at_w, block_items, block, 1), place)
            loaded.append(emit.load(address, emit.ints, 1))
            fetched = builder.inttoptr(builder.add(address, ahead), I8.as_pointer())
            builder.call(fetch, [fetched, *(I32(number) for number in _INTO_SECOND_CACHE)])
        for number in range(rows):
            address = builder.add(emit.step(at_x, row_bytes, turn, 1), emit.constant(4 * number))
            word = emit.spread(emit.load(address, I32))
            for vector, weights in enumerate(loaded):
                place = number * len(lanes) + vector
                sums[place] = builder.call(dot, [sums[place], weights, word])
    at_w = builder.add(at_w, emit.constant(WORDS_PER_TURN * BLOCK * WORD))
    return [at_w, emit.step(at_x, row_bytes, WORDS_PER_TURN, 1), *sums]


# As many rows as their sums fit the registers beside the weights.
DOT_ROWS = (8, 4, 2, 1) if HAS_MANY_REGISTERS else (2, 1)
DOT_ALONE_BLOCKS = 4 if HAS_MANY_REGISTERS else 2
dot_1, dot_2, dot_4, dot_8 = (_tile(rows, blocks=1) for rows in (1, 2, 4, 8))
dot_alone = _tile(rows=1, blocks=DOT_ALONE_BLOCKS)


@intrinsic
def round_group(typingctx: Any, values: Any, first: Any, size: Any, out: Any) -> Any:
    """Round `size` floats from `values[first]` on to numbers of two bytes in `out` `(2, inputs)`.

    `size` is a multiple of 16. Returns what a number of 1 is worth, and the sum of the numbers.
    """
    worth_and_sum = types.Tuple((types.float32, types.int32))

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source, target = (
            builder.ptrtoint(context.make_array(kind)(context, builder, args[number]).data, I64)
            for number, kind in ((0, values), (3, out))
        )
        source = builder.add(source, builder.mul(args[1], ir.Constant(I64, 4)))
        target = builder.add(target, args[1])
        shape = context.make_array(out)(context, builder, args[3]).shape
        plane = builder.extract_value(shape, 1)
        worth, total = _emit_round_group(builder, source, target, plane, args[2])
        return context.make_tuple(builder, signature.return_type, [worth, total])

    return worth_and_sum(values, types.intp, types.intp, out), generate


def _emit_round_group(
    builder: Any, source: Any, target: Any, plane: Any, size: Any
) -> tuple[Any, Any]:
    emit = Emitter(builder, 16)
    floats, ints, bytes_ = emit.floats, emit.ints, ir.VectorType(I8, 16)
    magnitude = emit.function("llvm.fabs.v16f32", floats, floats)
    # NaN wins here, and makes what a number is worth NaN.
    higher = emit.function("llvm.maximum.v16f32", floats, floats, floats)
    highest = emit.function("llvm.vector.reduce.fmaximum.v16f32", F32, floats)
    nearest = emit.function("llvm.rint.v16f32", floats, floats)
    sum_of = emit.function("llvm.vector.reduce.add.v16i32", I32, ints)

    def look(at: list[Any]) -> list[Any]:
        at_source, peaks = at
        found = builder.call(magnitude, [emit.load(at_source, floats)])
        return [
            builder.add(at_source, emit.constant(64)),
            builder.call(higher, [peaks, found]),
        ]

    _, peaks = emit.loop("look", [source, ir.Constant(floats, [0.0] * 16)], look, size, 16)
    peak = builder.call(highest, [peaks])
    zero, full = ir.Constant(F32, 0.0), ir.Constant(F32, float(LARGEST_INPUT))
    is_zero = builder.fcmp_ordered("==", peak, zero)
    factors = emit.spread(builder.select(is_zero, zero, builder.fdiv(full, peak)))

    def round_(at: list[Any]) -> list[Any]:
        at_source, at_target, totals = at
        scaled = builder.call(nearest, [builder.fmul(emit.load(at_source, floats), factors)])
        whole = builder.fptosi(scaled, ints)
        bits, half = (ir.Constant(ints, [number] * 16) for number in (_LOW_BITS, 64))
        high = builder.ashr(builder.add(whole, half), bits)
        low = builder.sub(whole, builder.shl(high, bits))
        emit.store(builder.trunc(high, bytes_), at_target, 1)
        emit.store(builder.trunc(low, bytes_), builder.add(at_target, plane), 1)
        return [
            builder.add(at_source, emit.constant(64)),
            builder.add(at_target, emit.constant(16)),
            builder.add(totals, whole),
        ]

    nothing = ir.Constant(ints, [0] * 16)
    *_, totals = emit.loop("round", [source, target, nothing], round_, size, 16)
    return builder.fdiv(peak, full), builder.call(sum_of, [totals])
