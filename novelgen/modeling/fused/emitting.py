"""Writes LLVM code: addresses, vectors and loops that carry values from turn to turn."""

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from numba.core import cgutils

I8, I32, I64, F32 = ir.IntType(8), ir.IntType(32), ir.IntType(64), ir.FloatType()


class Emitter:
    """A builder with the words that a tile is written in; addresses are 64-bit integers."""

    def __init__(self, builder: Any, lanes: int) -> None:
        self.builder = builder
        self.lanes = lanes
        self.floats, self.ints = ir.VectorType(F32, lanes), ir.VectorType(I32, lanes)

    def constant(self, number: int) -> Any:
        return ir.Constant(I64, number)

    def place(self, base: Any, items: Any, size: int) -> Any:
        """The address `items` of `size` bytes after `base`."""
        return self.builder.add(base, self.builder.mul(items, self.constant(size)))

    def step(self, address: Any, items: Any, count: int, size: int) -> Any:
        """The address `count` times `items` of `size` bytes on."""
        if not count:
            return address
        return self.place(address, self.builder.mul(items, self.constant(count)), size)

    def load(self, address: Any, type_: Any, align: int = 4) -> Any:
        value = self.builder.load(self.builder.inttoptr(address, type_.as_pointer()))
        value.align = align
        return value

    def store(self, value: Any, address: Any, align: int = 4) -> None:
        pointer = self.builder.inttoptr(address, value.type.as_pointer())
        self.builder.store(value, pointer).align = align

    def spread(self, value: Any) -> Any:
        """A vector with `value` in every lane."""
        vector = self.floats if value.type == F32 else self.ints
        undefined = ir.Constant(vector, ir.Undefined)
        first = self.builder.insert_element(undefined, value, ir.Constant(I32, 0))
        mask = ir.Constant(self.ints, [0] * self.lanes)
        return self.builder.shuffle_vector(first, undefined, mask)

    def function(self, name: str, result: Any, *arguments: Any) -> Any:
        kind = ir.FunctionType(result, arguments)
        return cgutils.get_or_insert_function(self.builder.module, kind, name)

    def fma(self, one: Any, other: Any, added: Any) -> Any:
        name = f"llvm.fmuladd.v{self.lanes}f32"
        called = self.function(name, self.floats, *[self.floats] * 3)
        return self.builder.call(called, [one, other, added])

    def loop(
        self,
        name: str,
        starts: Sequence[Any],
        body: Callable[[list[Any]], list[Any]],
        count: Any,
        turn: int = 1,
    ) -> list[Any]:
        """Run `body` for 0, `turn`, ... below `count`, once at least.

        What it is given begins as `starts` and goes on as what it returned. Returns the last.
        """
        builder = self.builder
        before, block = builder.block, builder.append_basic_block(name)
        builder.branch(block)
        builder.position_at_end(block)
        index = builder.phi(I64)
        index.add_incoming(self.constant(0), before)
        phis = [builder.phi(start.type) for start in starts]
        for phi, start in zip(phis, starts, strict=True):
            phi.add_incoming(start, before)
        values = body(list(phis))
        following = builder.add(index, self.constant(turn))
        end = builder.block
        index.add_incoming(following, end)
        for phi, value in zip(phis, values, strict=True):
            phi.add_incoming(value, end)
        done = builder.append_basic_block(f"{name}.done")
        builder.cbranch(builder.icmp_unsigned("<", following, count), block, done)
        builder.position_at_end(done)
        return values
