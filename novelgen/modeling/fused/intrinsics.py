"""What numba has no word for: matrix tiles in vector registers, half floats, atomics.

A weight matrix is kept in blocks of 32 outputs, `(blocks, inputs, 32)`. A tile multiplies one
block (or a few) with some rows and keeps all its sums in registers; the rows lie side by side,
`(inputs, rows)`, so that one pointer reaches them all. Every output is summed input after input,
in the same order in every tile, so a row's result is the same to the last bit whichever rows are
computed beside it. LLVM turns the vectors into whatever the machine has; how many sums fit its
registers is all that is asked of it.
"""

from typing import Any

from llvmlite import ir
from llvmlite.binding import get_host_cpu_features
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic

BLOCK = 32
"""Outputs in a block of a packed matrix."""
UNROLL = 4
"""Inputs in one turn of a tile's loop; the number of inputs is a multiple of it."""
_LANES = 16
_VECTORS = BLOCK // _LANES

_I32, _I64, _F32 = ir.IntType(32), ir.IntType(64), ir.FloatType()
_FLOATS = ir.VectorType(_F32, _LANES)
_ITEM_BYTES = {types.int8: 1, types.uint16: 2, types.float32: 4}


def _tile(rows: int, blocks: int) -> Any:
    @intrinsic
    def tile(
        typingctx: Any,
        weights: Any,
        first: Any,
        block_items: Any,
        inputs: Any,
        inputs_first: Any,
        inputs_step: Any,
        num_groups: Any,
        group_size: Any,
        scales: Any,
        scales_first: Any,
        scales_step: Any,
        outputs: Any,
        outputs_first: Any,
        outputs_step: Any,
    ) -> Any:
        """Add `scale * weights @ inputs` to `outputs`; places and steps count items of arrays."""
        arrays = {0: weights, 3: inputs, 8: scales, 11: outputs}
        arguments = [arrays.get(number, types.intp) for number in range(14)]

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            pointers = {
                number: builder.ptrtoint(
                    context.make_array(kind)(context, builder, args[number]).data, _I64
                )
                for number, kind in arrays.items()
            }
            item = _ITEM_BYTES[weights.dtype]
            values = [pointers.get(number, arg) for number, arg in enumerate(args)]
            _emit_tile(builder, rows, blocks, weights.dtype, item, values)
            return context.get_dummy_value()

        return types.void(*arguments), generate

    return tile


def _emit_tile(
    builder: Any, rows: int, blocks: int, kind: Any, item: int, values: list[Any]
) -> None:
    w, first, block_items, x, x_first, x_step, groups, group_size, s, s_first, s_step = values[:11]
    out, out_first, out_step = values[11:]

    def constant(number: int) -> Any:
        return ir.Constant(_I64, number)

    def place(base: Any, offset: Any, size: int) -> Any:
        return builder.add(base, builder.mul(offset, constant(size)))

    def load(address: Any, type_: Any, align: int) -> Any:
        value = builder.load(builder.inttoptr(address, type_.as_pointer()))
        value.align = align
        return value

    def step(address: Any, stride: Any, count: int, size: int) -> Any:
        return place(address, builder.mul(stride, constant(count)), size) if count else address

    fma = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(_FLOATS, [_FLOATS] * 3), f"llvm.fmuladd.v{_LANES}f32"
    )
    lane_mask = ir.Constant(ir.VectorType(_I32, _LANES), [0] * _LANES)
    undefined = ir.Constant(_FLOATS, ir.Undefined)
    vectors = blocks * _VECTORS
    w, x = place(w, first, item), place(x, x_first, 4)
    s, out = place(s, s_first, 4), place(out, out_first, 4)

    before = builder.block
    group_head = builder.append_basic_block("group")
    loop = builder.append_basic_block("inputs")
    group_end = builder.append_basic_block("group.end")
    done = builder.append_basic_block("done")
    builder.branch(group_head)
    builder.position_at_end(group_head)
    group, group_w, group_x, group_s = (builder.phi(_I64) for _ in range(4))
    for phi, start in ((group, constant(0)), (group_w, w), (group_x, x), (group_s, s)):
        phi.add_incoming(start, before)
    builder.branch(loop)

    builder.position_at_end(loop)
    index, at_w, at_x = (builder.phi(_I64) for _ in range(3))
    for phi, start in ((index, constant(0)), (at_w, group_w), (at_x, group_x)):
        phi.add_incoming(start, group_head)
    sums = [builder.phi(_FLOATS) for _ in range(rows * vectors)]
    for phi in sums:
        phi.add_incoming(ir.Constant(_FLOATS, [0.0] * _LANES), group_head)
    running = list(sums)
    for turn in range(UNROLL):
        loaded = []
        for vector in range(vectors):
            block, lane = divmod(vector, _VECTORS)
            offset = constant((turn * BLOCK + lane * _LANES) * item)
            address = builder.add(step(at_w, block_items, block, item), offset)
            loaded.append(_load_floats(builder, load, address, kind))
        for row in range(rows):
            address = builder.add(step(at_x, x_step, turn, 4), constant(4 * row))
            value = builder.insert_element(undefined, load(address, _F32, 4), ir.Constant(_I32, 0))
            spread = builder.shuffle_vector(value, undefined, lane_mask)
            for vector in range(vectors):
                number = row * vectors + vector
                running[number] = builder.call(fma, [loaded[vector], spread, running[number]])
    next_index = builder.add(index, constant(UNROLL))
    next_w = builder.add(at_w, constant(UNROLL * BLOCK * item))
    next_x = step(at_x, x_step, UNROLL, 4)
    for phi, value in ((index, next_index), (at_w, next_w), (at_x, next_x)):
        phi.add_incoming(value, loop)
    for phi, value in zip(sums, running, strict=True):
        phi.add_incoming(value, loop)
    builder.cbranch(builder.icmp_unsigned("<", next_index, group_size), loop, group_end)

    builder.position_at_end(group_end)
    for vector in range(vectors):
        block, lane = divmod(vector, _VECTORS)
        address = step(group_s, s_step, block, 4)
        scale = load(builder.add(address, constant(lane * _LANES * 4)), _FLOATS, 4)
        for row in range(rows):
            address = builder.add(step(out, out_step, row, 4), constant(vector * _LANES * 4))
            total = load(address, _FLOATS, 4)
            total = builder.call(fma, [running[row * vectors + vector], scale, total])
            builder.store(total, builder.inttoptr(address, _FLOATS.as_pointer())).align = 4
    next_group = builder.add(group, constant(1))
    next_s = builder.add(group_s, constant(4 * BLOCK))
    for phi, value in (
        (group, next_group),
        (group_w, next_w),
        (group_x, next_x),
        (group_s, next_s),
    ):
        phi.add_incoming(value, group_end)
    builder.cbranch(builder.icmp_unsigned("<", next_group, groups), group_head, done)
    builder.position_at_end(done)


def _load_floats(builder: Any, load: Any, address: Any, kind: Any) -> Any:
    if kind == types.int8:
        small = load(address, ir.VectorType(ir.IntType(8), _LANES), 1)
        return builder.sitofp(builder.sext(small, ir.VectorType(_I32, _LANES)), _FLOATS)
    if kind == types.uint16:
        return builder.fpext(load(address, ir.VectorType(ir.HalfType(), _LANES), 2), _FLOATS)
    return load(address, _FLOATS, 4)


def has_feature(name: str) -> bool:
    """Whether code is compiled for a processor with a feature, as LLVM names it."""
    features = config.CPU_FEATURES
    if features is None:
        features = get_host_cpu_features().flatten()
    return f"+{name}" in features.split(",")


HAS_MANY_REGISTERS = has_feature("avx512f")
"""Whether 32 vectors of 16 floats fit the registers."""
tile_1, tile_2, tile_3, tile_4, tile_8 = (_tile(rows, blocks=1) for rows in (1, 2, 3, 4, 8))
# One row alone needs more sums under way than one block has, or it waits for each.
ALONE_BLOCKS = 4 if HAS_MANY_REGISTERS else 2
tile_alone = _tile(rows=1, blocks=ALONE_BLOCKS)


@intrinsic
def highest_in(typingctx: Any, values: Any, first: Any, size: Any) -> Any:
    """The highest of `size` float32 from `values[first]` on; -inf for none.

    `size` is a multiple of 16. LLVM makes no vectors of a plain loop over maxima.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(values)(context, builder, args[0]).data
        base = builder.add(builder.ptrtoint(data, _I64), builder.mul(args[1], _I64(4)))
        pair = ir.FunctionType(_FLOATS, [_FLOATS, _FLOATS])
        higher = cgutils.get_or_insert_function(builder.module, pair, "llvm.maxnum.v16f32")
        reduced = ir.FunctionType(_F32, [_FLOATS])
        highest = cgutils.get_or_insert_function(
            builder.module, reduced, "llvm.vector.reduce.fmax.v16f32"
        )
        lowest = ir.Constant(_FLOATS, [float("-inf")] * _LANES)
        peaks = cgutils.alloca_once_value(builder, lowest)
        builder.store(lowest, peaks)
        with cgutils.for_range_slice(builder, _I64(0), args[2], _I64(_LANES)) as (index, _):
            address = builder.add(base, builder.mul(index, _I64(4)))
            found = builder.load(builder.inttoptr(address, _FLOATS.as_pointer()))
            found.align = 4
            builder.store(builder.call(higher, [builder.load(peaks), found]), peaks)
        return builder.call(highest, [builder.load(peaks)])

    return types.float32(values, types.intp, types.intp), generate


@intrinsic
def narrowed(typingctx: Any, cache: Any, value: Any) -> Any:
    """A float32 as an item of `cache`: itself, or the bits of its half float for uint16."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if cache.dtype == types.float32:
            return args[1]
        half = builder.fptrunc(args[1], ir.HalfType())
        return builder.bitcast(half, ir.IntType(16))

    return cache.dtype(cache, types.float32), generate


@intrinsic
def float_of_bits(typingctx: Any, bits: Any) -> Any:
    """The float32 with these 32 bits."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], _F32)

    return types.float32(types.int32), generate


@intrinsic
def atomic_add(typingctx: Any, array: Any, index: Any, number: Any) -> Any:
    """Add to an int64 item at once for all threads; returns what it was."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(array)(context, builder, args[0]).data
        place = builder.gep(data, [args[1]])
        return builder.atomic_rmw("add", place, args[2], "seq_cst")

    return types.int64(array, types.intp, types.int64), generate


@intrinsic
def atomic_load(typingctx: Any, array: Any, index: Any) -> Any:
    """An int64 item as the other threads have left it."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(array)(context, builder, args[0]).data
        return builder.load_atomic(builder.gep(data, [args[1]]), "acquire", 8)

    return types.int64(array, types.intp), generate


@intrinsic
def give_way(typingctx: Any) -> Any:
    """Let another thread run on this core, where the system has a plain call for that."""
    import os

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if os.name == "posix":
            kind = ir.FunctionType(_I32, [])
            builder.call(cgutils.get_or_insert_function(builder.module, kind, "sched_yield"), [])
        return context.get_dummy_value()

    return types.void(), generate
