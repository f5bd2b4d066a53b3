"""An engine for a caller: the resident one, or one of its own where none can be kept warm."""

from collections.abc import Callable

from novelgen.engine.protocol import Engine
from novelgen.errors import ModelError
from novelgen.paths import Paths
from novelgen.resident.client import EngineGone, open_engine
from novelgen.resident.launch import NoResidentEngine, connect
from novelgen.resident.order import EngineOrder, FitQuestion, load_ordered

Narrate = Callable[[str], None]
_TRIES = 2
"""Processes tried: one may end, idle, at the moment it is asked."""


def engine_for(
    paths: Paths,
    order: EngineOrder,
    question: FitQuestion,
    keep_seconds: float,
    narrate: Narrate,
    *,
    may_load_here: bool = True,
) -> tuple[Engine, Callable[[], None]]:
    """An engine, and what to call when it is no longer needed.

    With `keep_seconds` 0, and where no process can be kept, the model is loaded into this one, if
    it may be. Raises what loading raises, and `ModelError` where it may not.
    """
    for _ in range(_TRIES if keep_seconds else 0):
        try:
            client = connect(paths, keep_seconds)
            return open_engine(client, order, question, keep_seconds, narrate), client.close
        except NoResidentEngine as reason:
            if not may_load_here:
                raise ModelError(
                    f"No engine can be kept loaded beside this program: {reason}.",
                    "`novelgen engine status` tells more; `novelgen infill` loads one for itself.",
                ) from reason
            narrate(f"No engine can be kept warm here ({reason}); loading the model for this run.")
            break
        except EngineGone:  # it ended just then, and another will start
            continue
    if not may_load_here:
        raise ModelError(
            "The engine that is kept loaded ended twice while it was asked.",
            "Try again; `novelgen engine status` tells more.",
        )
    loaded = load_ordered(order, question)
    narrate(f"{order.model}: {loaded.fit}")
    return loaded.engine, loaded.close
