"""What a person tells a fleet from a screen. Each returns what was done, as a sentence.

They raise what the fleet's queue raises.
"""

from novelgen.bootstrap import Workbench
from novelgen.fleet.terms import WriteTerms
from storage.fleet_records import TaskState
from storage.run_records import PauseRequest


def pause_all(workbench: Workbench, request: PauseRequest) -> str:
    """Let the whole fleet stand still, or with `NONE` go on."""
    workbench.fleet.pause(request)
    if request is PauseRequest.NONE:
        return "The fleet goes on."
    when = "now" if request is PauseRequest.NOW else "after the segments in hand"
    return f"The fleet stands still {when}. Its workers stay, with their models loaded."


def hold(workbench: Workbench, novel_id: str) -> str:
    """Let nobody take a novel's tasks, and stop what is in hand after its segment."""
    novel = workbench.find(novel_id).novel
    workbench.fleet.pause_novel(novel, PauseRequest.AFTER_SEGMENT)
    return f"“{novel.title}” is held; a segment in hand is finished first."


def let_go(workbench: Workbench, novel_id: str) -> str:
    """Put what is held of a novel back into the queue."""
    novel = workbench.find(novel_id).novel
    count = workbench.fleet.let_go_on(novel, (TaskState.HELD,))
    return _again(count, f"Nothing of “{novel.title}” is held.", f"“{novel.title}” goes on.")


def retry(workbench: Workbench, novel_id: str | None) -> str:
    """Put what has failed of a novel, or of all, back into the queue."""
    novel = None if novel_id is None else workbench.find(novel_id).novel
    count = workbench.fleet.let_go_on(novel, (TaskState.FAILED,))
    of_whom = "" if novel is None else f" of “{novel.title}”"
    return _again(count, f"Nothing{of_whom} has failed.", f"{count:,} in the queue again.")


def take_out(workbench: Workbench, novel_id: str) -> str:
    """Take a novel out of the queue; its text stays."""
    novel = workbench.find(novel_id).novel
    workbench.fleet.remove(novel)
    return f"“{novel.title}” is out of the queue. What is written of it stays."


def put_in(workbench: Workbench, novel_id: str) -> str:
    """Let the fleet write a novel to its end."""
    novel = workbench.find(novel_id).novel
    workbench.fleet.add(novel, WriteTerms())
    return f"“{novel.title}” is in the queue."


def _again(count: int, nothing: str, something: str) -> str:
    return something if count else nothing
