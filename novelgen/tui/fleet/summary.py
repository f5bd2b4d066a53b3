"""The whole fleet in one line, as much of it as there is room for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content

from novelgen.fleet.standing import FleetStanding
from novelgen.fleet.telling import counts_told, pace_told, words_told, workers_told
from novelgen.tui.widgets.clock import duration
from storage.fleet_records import TaskState
from storage.run_records import PauseRequest

_GAP = "   "


@dataclass(frozen=True, slots=True)
class _Piece:
    """Part of the line; where there is no room, the one with the highest rank goes first."""

    text: str
    style: str
    rank: int


def fleet_summary(standing: FleetStanding, cells: int, *, tells_workers: bool = True) -> Content:
    """What there is to do, how far it is, and who does it, in so many cells."""
    pieces = [*_work(standing), *(_workers(standing) if tells_workers else ())]
    pieces = [piece for piece in pieces if piece.text]
    while len(pieces) > 1 and _cells(pieces) > cells:
        pieces.remove(max(pieces, key=lambda piece: piece.rank))
    parts = [Content.styled(piece.text, piece.style) for piece in pieces]
    return Content(_GAP).join(parts)


def _work(standing: FleetStanding) -> Iterable[_Piece]:
    is_paused = standing.pause is not PauseRequest.NONE
    done = standing.counts.get(TaskState.DONE, 0)
    share = standing.words / standing.target_words if standing.target_words else None
    pace, left = [*pace_told(standing, duration), "", ""][:2]
    yield _Piece("‖ paused" if is_paused else "", "$warning", 1)
    yield _Piece(counts_told(standing, with_done=False) or "nothing to do", "", 0)
    yield _Piece(f"{done:,} done" if done else "", "$text-muted", 7)
    yield _Piece("" if share is None else f"{100 * share:.0f} %", "$primary", 3)
    yield _Piece("" if share is None else words_told(standing), "$text-muted", 8)
    yield _Piece(pace, "$text-muted", 6)
    yield _Piece(left, "$text-muted", 5)


def _workers(standing: FleetStanding) -> Iterable[_Piece]:
    if not standing.workers and not standing.is_done:
        yield _Piece("no worker", "$warning", 2)
    else:
        yield _Piece(workers_told(standing), "$text-muted", 4)
    yield _Piece(f"{standing.num_lost:,} lost" if standing.num_lost else "", "$warning", 2)


def _cells(pieces: Sequence[_Piece]) -> int:
    return sum(cell_len(piece.text) for piece in pieces) + len(_GAP) * (len(pieces) - 1)
