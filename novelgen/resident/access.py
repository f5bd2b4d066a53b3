"""An engine for a caller: the resident one, or one of its own where none can be kept warm."""

from collections.abc import Callable

from novelgen.engine.protocol import Engine
from novelgen.paths import Paths
from novelgen.resident.client import open_engine
from novelgen.resident.launch import NoResidentEngine, connect
from novelgen.resident.order import EngineOrder, FitQuestion, load_ordered

Narrate = Callable[[str], None]


def engine_for(
    paths: Paths,
    order: EngineOrder,
    question: FitQuestion,
    keep_seconds: float,
    narrate: Narrate,
) -> tuple[Engine, Callable[[], None]]:
    """An engine, and what to call when it is no longer needed.

    With `keep_seconds` 0 the model is loaded into this process. Raises what loading raises.
    """
    if keep_seconds:
        try:
            client = connect(paths, keep_seconds)
        except NoResidentEngine as reason:
            narrate(
                f"No engine can be kept warm here ({reason}); the model is loaded for this run."
            )
        else:
            return open_engine(client, order, question, keep_seconds, narrate), client.close
    loaded = load_ordered(order, question)
    narrate(f"{order.model}: {loaded.fit}")
    return loaded.engine, _nothing


def _nothing() -> None:
    """A model of this process goes with the process."""
