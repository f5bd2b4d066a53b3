"""Has the memory of a novel read again from its text, with progress and Ctrl-C."""

import sys
from typing import TYPE_CHECKING

import typer

from novelgen.bootstrap import Workbench
from novelgen.cli.output import Output
from novelgen.cli.step_progress import step_display
from novelgen.errors import ForeignMemoryError
from novelgen.generation.stop import StopSignal
from storage.records import NovelRecord

if TYPE_CHECKING:
    from novelgen.engine.protocol import Engine


def reread_memory(
    output: Output,
    workbench: Workbench,
    novel: NovelRecord,
    engine: "Engine",
    stop: StopSignal,
    *,
    is_afresh: bool = False,
) -> int:
    """Bring the memory up to the text; returns the segments that were read.

    Stopped, it goes on where it was the next time. Else the memory is this engine's from now on;
    where it was not before, the caller holds the novel's lock.
    """
    reader = workbench.engines.memory_reader(novel, engine, stop, is_afresh=is_afresh)
    segments = 0
    with step_display(output, "Segments read") as on_step:
        for event in reader.read_all():
            segments += 1
            on_step(event.done, event.total)
    if not stop.is_requested and not workbench.engines.is_adopted(novel, engine):
        workbench.engines.adopt_memory(novel, engine)
    return segments


def wants_reread(output: Output, refusal: ForeignMemoryError) -> bool:
    """Ask whether the text may be read again with the loaded engine; no without a terminal."""
    if output.as_json or not sys.stdin.isatty():
        return False
    output.error(refusal.message)
    return typer.confirm("Read the text again with it? No word is changed.", default=True, err=True)
