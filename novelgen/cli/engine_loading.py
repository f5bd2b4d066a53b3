"""Loads an engine for a measurement: in this process, and no novel's."""

from typing import TYPE_CHECKING

from novelgen.cli.invocation import Invocation

if TYPE_CHECKING:
    from novelgen.config import Settings
    from novelgen.engine.values import ModelRuntime
    from novelgen.resident.order import LoadedEngine


def load_engine(
    invocation: Invocation, settings: "Settings", model: str, runtime: "ModelRuntime"
) -> "LoadedEngine":
    """A model with the adapter that is set, in this process.

    Raises `ModelError` when it does not fit, or is missing or damaged.
    """
    from novelgen.bootstrap import adapter_name
    from novelgen.bootstrap.engine_orders import order_of
    from novelgen.cli.progress import pull_display
    from novelgen.engine.values import NO_MEMORY_ADAPTER
    from novelgen.modeling.catalog import DEFAULT_MODEL
    from novelgen.modeling.shipped_adapters import adapter_directory
    from novelgen.resident.order import FitQuestion, load_ordered

    adapter = adapter_name(settings.adapter, settings.model or DEFAULT_MODEL)
    directory = None if adapter == NO_MEMORY_ADAPTER else adapter_directory(adapter)
    with pull_display(invocation.output) as on_progress:
        order = order_of(
            model,
            runtime,
            directory,
            settings.segment_size,
            settings,
            invocation.paths,
            on_progress,
        )
    return load_ordered(order, FitQuestion(0, (1,), settings.tail_tokens))
