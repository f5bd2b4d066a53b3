"""What `stats` tells of a novel beside its quality: what its words took, and whose they are."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from novelgen.engine.spending import Spending
from novelgen.manuscript.origins import WordOrigin, words_by_origin
from novelgen.manuscript.overview import NovelOverview, read_overview
from storage.records import NovelRecord
from storage.store import Store
from storage.unit_of_work import UnitOfWork

_SPENT = "TokensSpent"
"""The kind of event in which a run tells what it spent."""


@dataclass(frozen=True, slots=True)
class DrawingFigures:
    """What drawing the text took, over the segments that stand in the active branch.

    Text that a person wrote, or that a draft kept from an earlier one, was not drawn there.
    """

    tokens_kept: int
    tokens_drawn: int
    """Of all candidates and attempts, as far as the segments say."""
    passages: int
    redrawn: int
    """Passages that were drawn more than once."""
    tokens_redrawn: int
    """Of `tokens_drawn`, what attempts after the first took."""
    seconds: float
    """From one commit to the next, memory and storage included."""

    @property
    def share_kept(self) -> float | None:
        """Tokens kept per token drawn; None where nothing was drawn."""
        return self.tokens_kept / self.tokens_drawn if self.tokens_drawn else None

    @property
    def kept_per_second(self) -> float | None:
        return self.tokens_kept / self.seconds if self.seconds > 0 else None

    @property
    def drawn_per_second(self) -> float | None:
        return self.tokens_drawn / self.seconds if self.seconds > 0 else None


@dataclass(frozen=True, slots=True)
class NovelStatistics:
    """A novel's active branch in figures."""

    overview: NovelOverview
    drawing: DrawingFigures
    origins: Counter[WordOrigin]
    """Words of the chapters in the book by whose they are."""
    spending: Mapping[str, Spending]
    """What all runs of the novel that ended in order, or failed, spent at each server."""

    def shares_by_origin(self) -> dict[str, float]:
        """The share of each origin, 0 to 1; all 0 of a novel without words."""
        total = max(1, self.origins.total())
        return {origin.value: round(self.origins[origin] / total, 4) for origin in WordOrigin}


def read_statistics(store: Store, novel: NovelRecord) -> NovelStatistics:
    """The statistics of a novel; chapters are read one at a time, each in its own transaction."""
    branch_id = novel.active_branch_id
    with store.reading() as work:
        overview = read_overview(work, work.novels.summary(novel.id))
        drawing = read_drawing(work, branch_id)
        spending = read_spending(work, novel.id)
        held = work.inbox.held_chapters(branch_id)
        chapters = [each for each in work.chapters.of_branch(branch_id) if each.number not in held]
    origins: Counter[WordOrigin] = Counter()
    for chapter in chapters:
        with store.reading() as work:
            origins += words_by_origin(work, chapter)
    return NovelStatistics(overview, drawing, origins, spending)


def read_drawing(work: UnitOfWork, branch_id: str) -> DrawingFigures:
    """What drawing the text of a branch took."""
    kept = drawn = passages = redrawn = again = 0
    seconds = 0.0
    for segment in work.segments.figures_of_branch(branch_id):
        found = segment.provenance.get("passages")
        if found is None:
            continue
        kept += segment.tokens
        seconds += segment.elapsed_seconds
        passages += len(found)
        drawn += sum(int(passage.get("tokens_drawn", 0)) for passage in found)
        redrawn += sum(_attempts(passage) > 1 for passage in found)
        again += sum(int(passage.get("tokens_redrawn", 0)) for passage in found)
    return DrawingFigures(kept, drawn, passages, redrawn, again, seconds)


def read_spending(work: UnitOfWork, novel_id: str) -> dict[str, Spending]:
    """What the runs of a novel spent, by server."""
    spent: dict[str, Spending] = {}
    for event in work.runs.events_of_kind(novel_id, _SPENT):
        fields = dict(event.data)
        server = str(fields.pop("server"))
        spent[server] = spent.get(server, Spending()) + Spending(**fields)
    return spent


def _attempts(passage: Mapping[str, Any]) -> int:
    """Older versions stored only which attempt was kept."""
    return int(passage.get("attempts", int(passage.get("attempt", 0)) + 1))
