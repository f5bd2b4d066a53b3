"""What stands around the table of a fleet: its head, what to do next, the task at hand, workers."""

from collections.abc import Iterable, Mapping

from textual.content import Content

from novelgen.fleet.standing import FleetStanding, TaskStanding
from novelgen.fleet.telling import share_done, state_told, task_told, worker_told, workers_told
from novelgen.tui.fleet.signs import sign_of_task, sign_of_worker
from novelgen.tui.fleet.summary import fleet_summary
from novelgen.tui.library.novel_words import shortened
from novelgen.tui.widgets.clock import ago
from storage.fleet_records import TaskKind, TaskState, WorkerRecord, WorkerState
from storage.run_records import PauseRequest

_HEAD = " fleet "
_ROOMY = 110
_NAME_CELLS = 32
_BEGIN = (
    "`novelgen fleet start` begins some on a Ray cluster, `novelgen fleet work` one in a terminal"
)


def head(standing: FleetStanding, cells: int) -> Content:
    """The whole fleet in one line."""
    summary = fleet_summary(standing, cells - len(_HEAD) - 2, tells_workers=False)
    return Content.assemble((_HEAD, "bold $background on $primary"), "  ", summary)


def next_step(standing: FleetStanding) -> Content:
    """What a person may want to do now; empty where all goes by itself."""
    in_hand = standing.counts.get(TaskState.TAKEN, 0)
    if standing.pause is not PauseRequest.NONE:
        rest = f" {in_hand:,} still in hand." if in_hand else ""
        return _hint(f"The fleet stands still.{rest} ", "p", " lets it go on.")
    if not any(count for state, count in standing.counts.items() if state is not TaskState.DONE):
        empty = "Everything is done. " if standing.counts else "The queue is empty. "
        return _hint(empty, "n", " puts a novel in, `novelgen fleet new` makes many.")
    if not standing.workers and not standing.is_done:
        return _hint(f"There is no worker. {_BEGIN}.")
    return Content("")


def task_at_hand(each: TaskStanding | None) -> Content:
    """All that is known of a task, whatever the table has room for."""
    if each is None:
        return Content("")
    sign, colour = sign_of_task(each)
    facts = [_doing(each), *_figures(each), worker_told(each)]
    told = Content.assemble(
        (f"{sign} ", colour),
        (each.title or "(no title yet)", "bold"),
        f"  {state_told(each)}: " if each.task.state is not TaskState.TAKEN else "  ",
        ", ".join(fact for fact in facts if fact),
    )
    if each.is_lost:
        told = Content.assemble(
            told, ("\nThat worker has died; another one takes it over by itself.", "$warning")
        )
    elif each.task.note:
        told = Content.assemble(told, (f"\n{each.task.note}", "$warning"))
    return told


def workers(standing: FleetStanding, cells: int) -> Content:
    """A line for each worker, below how many there are."""
    by_worker = {
        each.task.worker_id: each
        for each in standing.tasks
        if each.task.state is TaskState.TAKEN and each.task.worker_id
    }
    lost = f", {standing.num_lost:,} lost" if standing.num_lost else ""
    lines = [Content.assemble((workers_told(standing), "$text-muted"), (lost, "$warning"))]
    lines += [_worker(worker, by_worker, cells) for worker in standing.workers]
    return Content("\n").join(lines)


def _hint(told: str, key: str = "", rest: str = "") -> Content:
    return Content.assemble((told, "$warning"), (key, "bold $primary"), (rest, "$warning"))


def _doing(each: TaskStanding) -> str:
    chapter = each.chapter
    if each.task.kind is TaskKind.WRITE:
        return f"at chapter {chapter}" if chapter else "no text yet"
    return f"{task_told(each)} of chapter {chapter}"


def _figures(each: TaskStanding) -> Iterable[str]:
    share = share_done(each)
    if share is not None:
        yield f"{each.words:,} of {each.target_words:,} words ({100 * share:.0f} %)"
    if each.tokens_per_second:
        yield f"{each.tokens_per_second:,.1f} tokens/s"


def _worker(worker: WorkerRecord, by_worker: Mapping[str, TaskStanding], cells: int) -> Content:
    sign, colour = sign_of_worker(worker.state)
    each = by_worker.get(worker.id)
    name = shortened(f"{worker.name} on {worker.host}", _NAME_CELLS)
    doing = worker.state.value
    if each is not None and worker.state is WorkerState.WORKING:
        doing = f"{_doing(each)}, “{each.title}”"
    if worker.leave_request is not PauseRequest.NONE:
        doing = f"leaving; {doing}"
    facts = [f"process {worker.pid}", f"came {ago(worker.started_at)}"]
    facts += [f"metrics {worker.metrics_address}"] if worker.metrics_address else []
    beside = "   ".join(facts) if cells >= _ROOMY else ""
    room = cells - 2 - _NAME_CELLS - 2 - (len(beside) + 2 if beside else 0)
    return Content.assemble(
        (f"{sign} ", colour),
        f"{name:<{_NAME_CELLS}}  ",
        shortened(doing, room).ljust(room),
        (f"  {beside}" if beside else "", "$text-muted"),
    )
