"""The co-writer's desk: one engine connection a novel, kept until the workbench closes.

The resident engine serves it beside any run; the model is loaded once for both.
"""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from novelgen.bootstrap.choices import borrowed_names
from novelgen.bootstrap.engines import EngineRoom, Narrate

if TYPE_CHECKING:
    from novelgen.bootstrap.workbench import Workbench
    from novelgen.engine.protocol import Engine
    from novelgen.generation.co_writing import CoWriter
    from novelgen.modeling.pull_progress import OnProgress
    from storage.records import NovelRecord


@dataclass(frozen=True, slots=True)
class _Opened:
    writer: "CoWriter"
    room: EngineRoom
    written_with: tuple[str, str, object]
    """Model, adapter and settings of the novel when it was opened."""


class CoWritingDesk:
    """Opens co-writers for the novels of a workbench."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._opening = threading.Lock()
        self._opened: dict[str, _Opened] = {}

    def open(self, novel_id: str, on_progress: "OnProgress", narrate: Narrate) -> "CoWriter":
        """The co-writer of a novel; its model is loaded, or found loaded, the first time.

        `narrate` is told of it, now and when the engine has to be opened again. Raises
        `NotFoundError`, and what loading raises. May take long: call it on a thread of its own.
        """
        with self._opening:
            with self._workbench.store.reading() as work:
                novel = work.novels.get(novel_id)
            opened = self._opened.get(novel_id)
            if opened is not None and opened.written_with == _written_with(novel):
                return opened.writer
            if opened is not None:
                self._opened.pop(novel_id).room.close()
            self._opened[novel_id] = self._open(novel, on_progress, narrate)
            return self._opened[novel_id].writer

    def is_open(self, novel_id: str) -> bool:
        """Whether a novel's co-writer is there already."""
        return novel_id in self._opened

    def close(self) -> None:
        """Leave the engines; a resident one stays warm. Call it when nobody draws any more."""
        with self._opening:
            for opened in self._opened.values():
                opened.room.close()
            self._opened.clear()

    def _open(self, novel: "NovelRecord", on_progress: "OnProgress", narrate: Narrate) -> _Opened:
        from novelgen.bootstrap.lasting_engine import LastingEngine
        from novelgen.generation.co_writing import CoWriter
        from novelgen.prompting.library import PromptLibrary

        room = EngineRoom(self._workbench, may_load_here=False)

        def load() -> "Engine":
            return room.load(novel, on_progress, narrate)

        writer = CoWriter(
            self._workbench.store,
            LastingEngine(load),
            PromptLibrary(self._workbench.paths.user_prompts),
            novel.id,
            borrowed_names(novel),
        )
        return _Opened(writer, room, _written_with(novel))


def _written_with(novel: "NovelRecord") -> tuple[str, str, object]:
    return novel.model, novel.adapter, novel.settings
