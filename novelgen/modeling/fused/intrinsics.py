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

from novelgen.modeling.fused import caching  # noqa: F401 - before anything is compiled
from novelgen.modeling.fused.emitting import F32, I8, I32, I64, Emitter

BLOCK = 32
"""Outputs in a block of a packed matrix."""
UNROLL = 4
"""Inputs in one turn of a tile's loop; the number of inputs is a multiple of it."""
_LANES = 16
_VECTORS = BLOCK // _LANES

_LARGEST_HALF = 65504.0
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
                    context.make_array(kind)(context, builder, args[number]).data, I64
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
    emit = Emitter(builder, _LANES)
    w, x = emit.place(w, first, item), emit.place(x, x_first, 4)
    s, out = emit.place(s, s_first, 4), emit.place(out, out_first, 4)
    vectors = blocks * _VECTORS
    lanes = [divmod(vector, _VECTORS) for vector in range(vectors)]

    def inputs(at: list[Any]) -> list[Any]:
        at_w, at_x, *sums = at
        for turn in range(UNROLL):
            loaded = []
            for block, lane in lanes:
                place = emit.constant((turn * BLOCK + lane * _LANES) * item)
                address = builder.add(emit.step(at_w, block_items, block, item), place)
                loaded.append(_load_floats(emit, address, kind))
            for row in range(rows):
                address = builder.add(emit.step(at_x, x_step, turn, 4), emit.constant(4 * row))
                value = emit.spread(emit.load(address, F32))
                for vector, weights in enumerate(loaded):
                    number = row * vectors + vector
                    sums[number] = emit.fma(weights, value, sums[number])
        at_w = builder.add(at_w, emit.constant(UNROLL * BLOCK * item))
        return [at_w, emit.step(at_x, x_step, UNROLL, 4), *sums]

    def group(at: list[Any]) -> list[Any]:
        at_w, at_x, at_s = at
        nothing = [ir.Constant(emit.floats, [0.0] * _LANES)] * (rows * vectors)
        at_w, at_x, *sums = emit.loop("inputs", [at_w, at_x, *nothing], inputs, group_size, UNROLL)
        for vector, (block, lane) in enumerate(lanes):
            place = emit.constant(lane * _LANES * 4)
            scale = emit.load(builder.add(emit.step(at_s, s_step, block, 4), place), emit.floats)
            for row in range(rows):
                address = emit.step(out, out_step, row, 4)
                address = builder.add(address, emit.constant(vector * _LANES * 4))
                total = emit.load(address, emit.floats)
                emit.store(emit.fma(sums[row * vectors + vector], scale, total), address)
        return [at_w, at_x, builder.add(at_s, emit.constant(4 * BLOCK))]

    emit.loop("group", [w, x, s], group, groups)


def _load_floats(emit: Emitter, address: Any, kind: Any) -> Any:
    builder = emit.builder
    if kind == types.int8:
        small = emit.load(address, ir.VectorType(I8, _LANES), 1)
        return builder.sitofp(builder.sext(small, emit.ints), emit.floats)
    if kind == types.uint16:
        half = emit.load(address, ir.VectorType(ir.HalfType(), _LANES), 2)
        return builder.fpext(half, emit.floats)
    return emit.load(address, emit.floats)


def has_feature(name: str) -> bool:
    """Whether code is compiled for a processor with a feature, as LLVM names it."""
    features = config.CPU_FEATURES
    if features is None:
        try:
            features = get_host_cpu_features().flatten()
        except RuntimeError:  # LLVM knows no way to ask on this system
            features = ""
    return f"+{name}" in features.split(",")


HAS_MANY_REGISTERS = has_feature("avx512f")
"""Whether 32 vectors of 16 floats fit the registers."""
tile_1, tile_2, tile_3, tile_4, tile_8 = (_tile(rows, blocks=1) for rows in (1, 2, 3, 4, 8))
# One row alone needs more sums under way than one block has, or it waits for each.
ALONE_BLOCKS = 4 if HAS_MANY_REGISTERS else 2
tile_alone = _tile(rows=1, blocks=ALONE_BLOCKS)


@intrinsic
def highest_in(typingctx: Any, values: Any, first: Any, size: Any) -> Any:
    """The highest of `size` float32 from `values[first]` on.

    `size` is a multiple of 16, not 0. LLVM makes no vectors of a plain loop over maxima.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        emit = Emitter(builder, _LANES)
        higher = emit.function("llvm.maxnum.v16f32", emit.floats, emit.floats, emit.floats)
        highest = emit.function("llvm.vector.reduce.fmax.v16f32", F32, emit.floats)
        data = context.make_array(values)(context, builder, args[0]).data
        base = emit.place(builder.ptrtoint(data, I64), args[1], 4)

        def look(at: list[Any]) -> list[Any]:
            found = builder.call(higher, [at[1], emit.load(at[0], emit.floats)])
            return [builder.add(at[0], emit.constant(4 * _LANES)), found]

        lowest = ir.Constant(emit.floats, [float("-inf")] * _LANES)
        _, peaks = emit.loop("look", [base, lowest], look, args[2], _LANES)
        return builder.call(highest, [peaks])

    return types.float32(values, types.intp, types.intp), generate


@intrinsic
def narrowed(typingctx: Any, cache: Any, value: Any) -> Any:
    """A float32 as an item of `cache`: itself, or the bits of the nearest half float for uint16,
    which is finite."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if cache.dtype == types.float32:
            return args[1]
        emit = Emitter(builder, _LANES)
        lower, higher = (
            emit.function(f"llvm.{name}.f32", F32, F32, F32) for name in ("minimum", "maximum")
        )
        value = builder.call(lower, [args[1], ir.Constant(F32, _LARGEST_HALF)])
        value = builder.call(higher, [value, ir.Constant(F32, -_LARGEST_HALF)])
        half = builder.fptrunc(value, ir.HalfType())
        return builder.bitcast(half, ir.IntType(16))

    return cache.dtype(cache, types.float32), generate


@intrinsic
def float_of_bits(typingctx: Any, bits: Any) -> Any:
    """The float32 with these 32 bits."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], F32)

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
            kind = ir.FunctionType(I32, [])
            builder.call(cgutils.get_or_insert_function(builder.module, kind, "sched_yield"), [])
        return context.get_dummy_value()

    return types.void(), generate
