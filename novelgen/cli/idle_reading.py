"""After a change by hand, has the memory read again where a loaded model stands idle.

Best effort, in a process of its own: nobody waits for it, nothing is said, and what it does not
do is done before the next writing.
"""

from typing import TYPE_CHECKING

from novelgen.cli.invocation import Invocation
from novelgen.engine.values import SCRIPTED_MODEL, is_server

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from novelgen.paths import Paths
    from storage.records import NovelRecord


def read_when_idle(invocation: Invocation, workbench: "Workbench", novel: "NovelRecord") -> None:
    """Start the reading of what a change has left behind, if a model is kept warm at all."""
    from novelgen.errors import NovelgenError
    from novelgen.resident.rendezvous import read_rendezvous

    has_no_weights = novel.model == SCRIPTED_MODEL or is_server(novel.model)
    if not workbench.settings.reread_when_idle or has_no_weights:
        return
    resident = read_rendezvous(invocation.paths)
    if resident is None or not resident.is_alive:
        return
    arguments = ["--quiet", "reread", novel.id, "--when-idle"]
    try:
        worker = workbench.runs.start_worker(novel, arguments, invocation.config_file)
    except NovelgenError:  # a run has the novel, and reads for itself
        return
    worker.let_go()


def is_idle_with(paths: "Paths", model: str) -> bool:
    """Whether a loaded model is kept warm and nobody uses it."""
    from novelgen.errors import ModelError
    from novelgen.resident.client import EngineGone
    from novelgen.resident.control import resident_status

    try:
        status = resident_status(paths)
    except (ModelError, EngineGone):
        return False
    return status is not None and model in status.models and not status.connections
