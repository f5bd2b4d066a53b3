"""The whole fleet in one line, as much of it as there is room for."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content

from novelgen.fleet.standing import FleetStanding
from novelgen.fleet.telling import counts_told, pace_told, words_told, workers_told
from novelgen.tui.widgets.clock import duration
from storage.run_records import PauseRequest

_GAP = "   "


@dataclass(frozen=True, slots=True)
class _Piece:
    """Part of the line; where there is no room, the one with the highest rank goes first."""

    text: str
    style: str
    rank: int


def fleet_summary(standing: FleetStanding, cells: int) -> Content:
    """What there is to do, how far it is, and who does it, in so many cells."""
    pieces = [piece for piece in _pieces(standing) if piece.text]
    while len(pieces) > 1 and _cells(pieces) > cells:
        pieces.remove(max(pieces, key=lambda piece: piece.rank))
    parts = [Content.styled(piece.text, piece.style) for piece in pieces]
    return Content(_GAP).join(parts)


def _pieces(standing: FleetStanding) -> Sequence[_Piece]:
    is_paused = standing.pause is not PauseRequest.NONE
    has_nobody = not standing.workers and not standing.is_done
    share = standing.words / standing.target_words if standing.target_words else None
    pace, left = [*pace_told(standing, duration), "", ""][:2]
    return (
        _Piece("‖ paused" if is_paused else "", "$warning", 1),
        _Piece(counts_told(standing) or "the queue is empty", "", 0),
        _Piece("" if share is None else f"{100 * share:.0f} %", "$primary", 2),
        _Piece("" if share is None else words_told(standing), "$text-muted", 6),
        _Piece(pace, "$text-muted", 5),
        _Piece(left, "$text-muted", 4),
        _Piece("no worker" if has_nobody else workers_told(standing),
               "$warning" if has_nobody or standing.num_lost else "$text-muted", 3),
    )  # fmt: skip


def _cells(pieces: Sequence[_Piece]) -> int:
    return sum(cell_len(piece.text) for piece in pieces) + len(_GAP) * (len(pieces) - 1)
