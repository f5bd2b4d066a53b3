"""Which events of a run are kept with it, for those who look on and for those who come later."""

from dataclasses import asdict

from novelgen.engine.spending import SpendingMeter
from novelgen.generation.events import (
    Event,
    MemoryReread,
    SegmentCommitted,
    TokensSpent,
    event_as_json,
)
from storage.unit_of_work import UnitOfWork

_REREAD_EVENTS_KEPT = 16
"""Of the many events of a re-reading, every one of so many is kept."""


def is_kept(event: Event) -> bool:
    """Whether an event is to be kept by itself: that of a segment is kept with the segment."""
    if isinstance(event, SegmentCommitted):
        return False
    return not (isinstance(event, MemoryReread) and event.done % _REREAD_EVENTS_KEPT)


def tell_spent(work: UnitOfWork, run_id: str, meter: SpendingMeter) -> None:
    """Keep with a run what it spent at servers. Raises `RecordNotFound`."""
    for server, spent in sorted(meter.by_server.items()):
        tell(work, run_id, TokensSpent(server, **asdict(spent)))


def tell(work: UnitOfWork, run_id: str, event: Event) -> None:
    """Keep an event with its run. Raises `RecordNotFound`."""
    document = event_as_json(event)
    work.runs.tell(run_id, document["kind"], document["data"])
