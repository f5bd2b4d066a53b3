"""How a fleet stands, as a table for people and as JSON for programs."""

from typing import TYPE_CHECKING, Any

from novelgen.cli.output import columns
from novelgen.cli.step_progress import duration
from novelgen.fleet.telling import (
    counts_told,
    pace_told,
    share_done,
    state_told,
    task_told,
    words_told,
    worker_told,
    workers_told,
)
from storage.fleet_records import JobKind, TaskState
from storage.run_records import PauseRequest

if TYPE_CHECKING:
    from novelgen.fleet.standing import FleetStanding, TaskStanding

_HEADERS = ["novel", "title", "task", "words", "target", "done", "chapter", "tokens/s", "state",
            "worker"]  # fmt: skip
_RIGHT = (3, 4, 5, 6, 7)
_ROOM_FOR_TITLE = 28
_ROOM_FOR_NOTE = 60


def fleet_table(standing: "FleetStanding") -> str:
    """A line for each task, and what they come to."""
    lines = []
    if standing.tasks:
        rows = [_row(each) for each in standing.tasks]
        lines += [columns(_HEADERS, rows, right=_RIGHT), ""]
    lines += summary_lines(standing)
    lines += [
        f"{each.task.novel_id} {each.task.state.value}: {_cut(each.task.note, _ROOM_FOR_NOTE)}"
        for each in standing.tasks
        if each.task.note and each.task.state is not TaskState.DONE
    ]
    return "\n".join(lines)


def summary_lines(standing: "FleetStanding") -> list[str]:
    """The whole fleet in two lines."""
    counts = counts_told(standing)
    if not counts:
        told = "The queue is empty. `novelgen fleet new` or `novelgen fleet add` fills it."
        is_there = standing.workers or standing.pause is not PauseRequest.NONE
        return [told, f"Fleet: {_fleet_told(standing)}."] if is_there else [told]
    if words := words_told(standing):
        share = standing.words / standing.target_words
        words = f"; what is not done has {words} ({share:.0%})"
    pace = "".join(f", {each}" for each in pace_told(standing, duration))
    return [f"Tasks: {counts}{words}{pace}.", f"Fleet: {_fleet_told(standing)}."]


def _fleet_told(standing: "FleetStanding") -> str:
    """Who is there, and what keeps them from working."""
    told = workers_told(standing)
    if standing.num_lost:
        told += f", {standing.num_lost:,} lost"
    if standing.pause is not PauseRequest.NONE:
        told += "; paused, `novelgen fleet resume` lets it go on"
    elif not standing.workers and not standing.is_done:
        told += "; `novelgen fleet start` or `novelgen fleet work` begins"
    return told


def fleet_json(standing: "FleetStanding") -> dict[str, Any]:
    """The JSON keys of a fleet, a contract with other programs."""
    return {
        "pause": standing.pause.value,
        "counts": {state.value: count for state, count in standing.counts.items()},
        "words": standing.words,
        "target_words": standing.target_words,
        "words_per_second": round(standing.words_per_second, 3),
        "lost_workers": standing.num_lost,
        "workers": [
            {
                "id": worker.id,
                "name": worker.name,
                "host": worker.host,
                "pid": worker.pid,
                "state": worker.state.value,
                "metrics": worker.metrics_address,
                "started_at": worker.started_at.isoformat(),
            }
            for worker in standing.workers
        ],
        "tasks": [_task_json(each) for each in standing.tasks],
    }


def _row(each: "TaskStanding") -> list[str]:
    share = share_done(each)
    return [
        each.task.novel_id,
        _cut(each.title, _ROOM_FOR_TITLE),
        task_told(each),
        f"{each.words:,}" if each.target_words else "",
        f"{each.target_words:,}" if each.target_words else "",
        "" if share is None else f"{share:.0%}",
        str(each.chapter or ""),
        f"{each.tokens_per_second:,.1f}" if each.tokens_per_second else "",
        state_told(each),
        worker_told(each),
    ]


def _task_json(each: "TaskStanding") -> dict[str, Any]:
    task = each.task
    return {
        "id": task.id,
        "job": task.job_id,
        "novel": task.novel_id,
        "title": each.title,
        "kind": task.kind.value,
        "part": task.part,
        "state": task.state.value,
        "is_lost": each.is_lost,
        "words": each.words,
        "target_words": each.target_words,
        "chapter": each.chapter,
        "tokens_per_second": round(each.tokens_per_second, 3),
        "worker": None if each.worker is None else each.worker.name,
        "host": None if each.worker is None else each.worker.host,
        "note": task.note,
        "is_redraft": each.job.kind is JobKind.REDRAFT,
    }


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"
