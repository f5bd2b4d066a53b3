"""The environment that templates run in: sandboxed, inside one folder, and with an end.

A template gets plain values, no attribute of Python's own and no file outside its folder. Its
loops and calls are counted, so that one that never ends is refused instead of running for years;
what a single filter or format may take of memory is not counted.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from math import prod
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_STEPS = 100_000
"""Turns of loops and calls in one rendering; the shipped templates take under a hundred."""
_MAX_PRODUCT = 1_000_000
_COUNTED = "counted"


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """Counts the steps of a rendering; `begin` starts the count anew."""

    intercepted_binops = frozenset(["*", "**"])

    def __init__(self, loader: BaseLoader | None = None) -> None:
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,
        )
        self.filters[_COUNTED] = self._counted
        self._steps = 0

    def begin(self) -> None:
        self._steps = 0

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        self._step()
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**":
            raise SecurityError("powers are not for templates")
        sizes = [len(side) if hasattr(side, "__len__") else side for side in (left, right)]
        if all(isinstance(size, int) for size in sizes) and abs(prod(sizes)) > _MAX_PRODUCT:
            raise SecurityError(f"a product of more than {_MAX_PRODUCT:,}")
        return super().call_binop(context, operator, left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, _COUNTED, [], [], None, None, lineno=loop.lineno)
        return tree

    def _counted(self, values: Iterable[Any]) -> Iterator[Any]:
        for value in values:
            self._step()
            yield value

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TemplateRuntimeError(f"it takes more than {MAX_STEPS:,} steps")


class FolderLoader(FileSystemLoader):
    """Templates of one folder. A link that leads out of it is refused."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._folder = folder

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        source, filename, is_fresh = super().get_source(environment, template)
        place = os.path.realpath(filename)
        if not Path(place).is_relative_to(os.path.realpath(self._folder)):
            raise SecurityError(f"{filename} leads out of its folder, to {place}")
        return source, filename, is_fresh
