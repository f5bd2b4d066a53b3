"""Matrix tiles of integer dot products, where the processor has them (VNNI).

One instruction multiplies four bytes of weights with four of inputs and adds them to a 32-bit
sum, for 16 outputs at once (8 without AVX-512): four times the arithmetic of float32. Weights are
unsigned, 128 above what they mean, in blocks `(blocks, inputs / 4, 32, 4)`; inputs are signed
bytes, four to a word, `(inputs / 4, rows)`. Integer sums are exact, and what they are scaled and
added by is taken in one order whatever the tile, so a row's result is the same to the last bit
whichever rows are computed beside it.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from novelgen.modeling.fused.intrinsics import BLOCK, HAS_MANY_REGISTERS, has_feature

HAS_WIDE_DOT = has_feature("avx512vnni")
HAS_DOT = HAS_WIDE_DOT or has_feature("avxvnni")
"""Whether this processor multiplies bytes by four."""
WORD = 4
"""Inputs in a word."""
WEIGHT_OFFSET = 128
"""What is added to a weight so that it is an unsigned byte."""
WORDS_PER_TURN = 4
"""Words in one turn of a tile's loop; a group of inputs is a multiple of it."""

_LANES = 16 if HAS_WIDE_DOT else 8
_VECTORS = BLOCK // _LANES
# A core waits for memory unless what comes is asked for early: the blocks after the next at least,
# with a prefetch for reading, of middling closeness, of data.
_LEAST_BLOCKS_AHEAD = 2
_INTO_SECOND_CACHE = (0, 2, 1)
_BYTE, _I32, _I64, _F32 = ir.IntType(8), ir.IntType(32), ir.IntType(64), ir.FloatType()
_INTS, _FLOATS = ir.VectorType(_I32, _LANES), ir.VectorType(_F32, _LANES)
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

        `words` is `(inputs / 4, rows)`, `offsets` and `input_scales` `(groups, rows)`; `row` is
        the first row of the tile.
        """
        arrays = {0: weights, 3: words, 4: offsets, 5: input_scales, 9: scales, 12: outputs}
        arguments = [arrays.get(number, types.intp) for number in range(15)]

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            made = {
                number: context.make_array(kind)(context, builder, args[number])
                for number, kind in arrays.items()
            }
            values = [
                builder.ptrtoint(made[number].data, _I64) if number in made else arg
                for number, arg in enumerate(args)
            ]
            stride = builder.extract_value(made[3].shape, 1)
            _emit_tile(builder, rows, blocks, stride, values)
            return context.get_dummy_value()

        return types.void(*arguments), generate

    return tile


def _emit_tile(builder: Any, rows: int, blocks: int, stride: Any, values: list[Any]) -> None:
    w, w_first, block_items, x, offsets, x_scales, row, groups, group_words = values[:9]
    s, s_first, s_step, out, out_first, out_step = values[9:]

    def constant(number: int) -> Any:
        return ir.Constant(_I64, number)

    def place(base: Any, items: Any, size: int) -> Any:
        return builder.add(base, builder.mul(items, constant(size)))

    def step(address: Any, items: Any, count: int, size: int) -> Any:
        return place(address, builder.mul(items, constant(count)), size) if count else address

    def load(address: Any, type_: Any, align: int = 4) -> Any:
        value = builder.load(builder.inttoptr(address, type_.as_pointer()))
        value.align = align
        return value

    def spread(value: Any, vector: Any) -> Any:
        undefined = ir.Constant(vector, ir.Undefined)
        first = builder.insert_element(undefined, value, ir.Constant(_I32, 0))
        mask = ir.Constant(ir.VectorType(_I32, _LANES), [0] * _LANES)
        return builder.shuffle_vector(first, undefined, mask)

    dot = cgutils.get_or_insert_function(builder.module, ir.FunctionType(_INTS, [_INTS] * 3), _DOT)
    fma = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(_FLOATS, [_FLOATS] * 3), f"llvm.fmuladd.v{_LANES}f32"
    )
    prefetch = cgutils.get_or_insert_function(
        builder.module,
        ir.FunctionType(ir.VoidType(), [_BYTE.as_pointer(), _I32, _I32, _I32]),
        "llvm.prefetch.p0",
    )
    ahead = builder.mul(block_items, constant(max(blocks, _LEAST_BLOCKS_AHEAD)))
    vectors = blocks * _VECTORS
    w, s, out = place(w, w_first, 1), place(s, s_first, 4), place(out, out_first, 4)
    x, offsets, x_scales = (place(base, row, 4) for base in (x, offsets, x_scales))
    row_bytes = builder.mul(stride, constant(4))

    before = builder.block
    group_head = builder.append_basic_block("group")
    loop = builder.append_basic_block("words")
    group_end = builder.append_basic_block("group.end")
    done = builder.append_basic_block("done")
    builder.branch(group_head)
    builder.position_at_end(group_head)
    names = (constant(0), w, x, s, offsets, x_scales)
    phis = [builder.phi(_I64) for _ in names]
    for phi, start in zip(phis, names, strict=True):
        phi.add_incoming(start, before)
    group, group_w, group_x, group_s, group_offsets, group_x_scales = phis
    begun = []
    for number in range(rows):
        address = builder.add(group_offsets, constant(4 * number))
        begun += [spread(load(address, _I32), _INTS)] * vectors
    builder.branch(loop)

    builder.position_at_end(loop)
    index, at_w, at_x = (builder.phi(_I64) for _ in range(3))
    for phi, start in ((index, constant(0)), (at_w, group_w), (at_x, group_x)):
        phi.add_incoming(start, group_head)
    sums = [builder.phi(_INTS) for _ in begun]
    for phi, start in zip(sums, begun, strict=True):
        phi.add_incoming(start, group_head)
    running = list(sums)
    for turn in range(WORDS_PER_TURN):
        loaded = []
        for vector in range(vectors):
            block, lane = divmod(vector, _VECTORS)
            offset = constant((turn * BLOCK + lane * _LANES) * WORD)
            address = builder.add(step(at_w, block_items, block, 1), offset)
            loaded.append(load(address, _INTS, 1))
            fetched = builder.inttoptr(builder.add(address, ahead), _BYTE.as_pointer())
            builder.call(prefetch, [fetched, *(_I32(number) for number in _INTO_SECOND_CACHE)])
        for number in range(rows):
            address = builder.add(step(at_x, row_bytes, turn, 1), constant(4 * number))
            word = spread(load(address, _I32), _INTS)
            for vector in range(vectors):
                place_ = number * vectors + vector
                running[place_] = builder.call(dot, [running[place_], loaded[vector], word])
    nexts = (
        builder.add(index, constant(WORDS_PER_TURN)),
        builder.add(at_w, constant(WORDS_PER_TURN * BLOCK * WORD)),
        step(at_x, row_bytes, WORDS_PER_TURN, 1),
    )
    for phi, value in zip((index, at_w, at_x, *sums), (*nexts, *running), strict=True):
        phi.add_incoming(value, loop)
    builder.cbranch(builder.icmp_unsigned("<", nexts[0], group_words), loop, group_end)

    builder.position_at_end(group_end)
    for number in range(rows):
        address = builder.add(group_x_scales, constant(4 * number))
        x_scale = spread(load(address, _F32), _FLOATS)
        for vector in range(vectors):
            block, lane = divmod(vector, _VECTORS)
            address = step(group_s, s_step, block, 4)
            scale = load(builder.add(address, constant(lane * _LANES * 4)), _FLOATS)
            total = builder.sitofp(running[number * vectors + vector], _FLOATS)
            address = builder.add(step(out, out_step, number, 4), constant(vector * _LANES * 4))
            value = builder.call(fma, [total, builder.fmul(scale, x_scale), load(address, _FLOATS)])
            builder.store(value, builder.inttoptr(address, _FLOATS.as_pointer())).align = 4
    after = (
        builder.add(group, constant(1)),
        nexts[1],
        nexts[2],
        builder.add(group_s, constant(4 * BLOCK)),
        builder.add(group_offsets, row_bytes),
        builder.add(group_x_scales, row_bytes),
    )
    for phi, value in zip(phis, after, strict=True):
        phi.add_incoming(value, group_end)
    builder.cbranch(builder.icmp_unsigned("<", after[0], groups), group_head, done)
    builder.position_at_end(done)


# As many rows as their sums fit the registers beside the weights.
DOT_ROWS = (8, 4, 2, 1) if HAS_MANY_REGISTERS else (2, 1)
ALONE_BLOCKS = 4 if HAS_MANY_REGISTERS else 2
dot_1, dot_2, dot_4, dot_8 = (_tile(rows, blocks=1) for rows in (1, 2, 4, 8))
dot_alone = _tile(rows=1, blocks=ALONE_BLOCKS)


@intrinsic
def round_group(typingctx: Any, values: Any, first: Any, size: Any, out: Any) -> Any:
    """Round `size` floats from `values[first]` on to bytes in `out`, the largest to 127.

    `size` is a multiple of 16. Returns what a byte is worth, and the sum of the bytes.
    """
    worth_and_sum = types.UniTuple(types.float32, 2)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source, target = (
            builder.ptrtoint(context.make_array(kind)(context, builder, args[number]).data, _I64)
            for number, kind in ((0, values), (3, out))
        )
        source = builder.add(source, builder.mul(args[1], ir.Constant(_I64, 4)))
        target = builder.add(target, args[1])
        worth, total = _emit_round_group(builder, source, target, args[2])
        return context.make_tuple(builder, signature.return_type, [worth, total])

    return worth_and_sum(values, types.intp, types.intp, out), generate


def _emit_round_group(builder: Any, source: Any, target: Any, size: Any) -> tuple[Any, Any]:
    floats, ints = ir.VectorType(_F32, 16), ir.VectorType(_I32, 16)
    bytes_ = ir.VectorType(_BYTE, 16)

    def function(name: str, result: Any, *arguments: Any) -> Any:
        kind = ir.FunctionType(result, arguments)
        return cgutils.get_or_insert_function(builder.module, kind, name)

    def load(index: Any) -> Any:
        address = builder.add(source, builder.mul(index, ir.Constant(_I64, 4)))
        value = builder.load(builder.inttoptr(address, floats.as_pointer()))
        value.align = 4
        return value

    magnitude = function("llvm.fabs.v16f32", floats, floats)
    higher = function("llvm.maximum.v16f32", floats, floats, floats)
    highest = function("llvm.vector.reduce.fmaximum.v16f32", _F32, floats)
    nearest = function("llvm.rint.v16f32", floats, floats)
    sum_of = function("llvm.vector.reduce.add.v16i32", _I32, ints)
    step, zero = ir.Constant(_I64, 16), ir.Constant(_F32, 0.0)
    none = ir.Constant(floats, [0.0] * 16)
    peaks = cgutils.alloca_once_value(builder, none)
    builder.store(none, peaks)
    with cgutils.for_range_slice(builder, ir.Constant(_I64, 0), size, step) as (index, _):
        found = builder.call(magnitude, [load(index)])
        builder.store(builder.call(higher, [builder.load(peaks), found]), peaks)
    peak = builder.call(highest, [builder.load(peaks)])
    is_zero = builder.fcmp_ordered("==", peak, zero)
    full = ir.Constant(_F32, 127.0)
    factor = builder.select(is_zero, zero, builder.fdiv(full, peak))
    undefined = ir.Constant(floats, ir.Undefined)
    factors = builder.shuffle_vector(
        builder.insert_element(undefined, factor, ir.Constant(_I32, 0)),
        undefined,
        ir.Constant(ints, [0] * 16),
    )
    totals = cgutils.alloca_once_value(builder, ir.Constant(ints, [0] * 16))
    builder.store(ir.Constant(ints, [0] * 16), totals)
    with cgutils.for_range_slice(builder, ir.Constant(_I64, 0), size, step) as (index, _):
        scaled = builder.call(nearest, [builder.fmul(load(index), factors)])
        whole = builder.fptosi(scaled, ints)
        builder.store(builder.add(builder.load(totals), whole), totals)
        place = builder.inttoptr(builder.add(target, index), bytes_.as_pointer())
        builder.store(builder.trunc(whole, bytes_), place).align = 1
    total = builder.sitofp(builder.call(sum_of, [builder.load(totals)]), _F32)
    return builder.fdiv(peak, full), total
