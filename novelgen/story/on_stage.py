"""Who is on stage in which chapter: as the plan has it, and as the written text names them."""

from collections.abc import Mapping
from dataclasses import dataclass

from novelgen.planning.structure import Structure
from novelgen.story.known_entries import known_names_of
from novelgen.text.known_names import KnownName, folded
from novelgen.text.name_search import Named, NameSearch
from storage.story_records import EntryKind, EntryRecord
from storage.unit_of_work import UnitOfWork

_NOBODY = Named(0, 0)


@dataclass(frozen=True, slots=True)
class StageCell:
    """Somebody in a chapter."""

    is_planned: bool = False
    beats: tuple[int, ...] = ()
    """The beats that they are planned for, from 1."""
    count: int = 0
    """How often the text names them; 0 in a chapter without text."""
    paragraph: int = 0
    """Where it does first, from 1."""


@dataclass(frozen=True, slots=True)
class StageRow:
    """Somebody in all chapters."""

    name: str
    cells: tuple[StageCell, ...]

    @property
    def chapters(self) -> int:
        """In how many chapters they are planned or named."""
        return sum(cell.is_planned or cell.count > 0 for cell in self.cells)


@dataclass(frozen=True, slots=True)
class StageChapter:
    """A column of the grid."""

    number: int
    title: str
    is_written: bool


@dataclass(frozen=True, slots=True)
class StageGrid:
    """Characters by chapters; who is there most comes first."""

    chapters: tuple[StageChapter, ...]
    rows: tuple[StageRow, ...]


class StageReader:
    """Reads the grid of a novel; chapters whose text stayed the same are not searched again."""

    def __init__(self) -> None:
        self._forms: Mapping[str, str] = {}
        self._seen: dict[tuple[str, int], dict[str, Named]] = {}

    def read(self, work: UnitOfWork, branch_id: str) -> StageGrid:
        entries = work.entries.of_branch(branch_id)
        structure, planned = _planned(work, branch_id)
        search = NameSearch(_known(entries, structure))
        if search.bearers != self._forms:
            self._forms, self._seen = search.bearers, {}
        seen = self._named(work, branch_id, search)
        chapters = _chapters(work, branch_id, structure)
        people = _people(entries, structure)
        rows = []
        for name, names in people.items():
            cells = tuple(
                _cell(names, planned.get(each.number, {}), seen.get(each.number, {}))
                for each in chapters
            )
            rows.append(StageRow(name, cells))
        there = [row for row in rows if row.chapters]
        there.sort(key=lambda row: (-row.chapters, -sum(cell.count for cell in row.cells)))
        return StageGrid(chapters, tuple(there))

    def _named(
        self, work: UnitOfWork, branch_id: str, search: NameSearch
    ) -> dict[int, dict[str, Named]]:
        found: dict[int, dict[str, Named]] = {}
        kept: dict[tuple[str, int], dict[str, Named]] = {}
        for chapter in work.chapters.of_branch(branch_id):
            key = (chapter.revision.id, chapter.revision.words)
            named = self._seen.get(key)
            if named is None:
                named = search.find(work.texts.of_revision(chapter.revision.id))
            kept[key] = found[chapter.number] = named
        self._seen = kept
        return found


def _planned(
    work: UnitOfWork, branch_id: str
) -> tuple[Structure | None, dict[int, dict[str, tuple[int, ...]]]]:
    """The plan's shape, and by chapter whom it puts into which beats, names folded."""
    plan = work.plans.current(branch_id)
    if plan is None:
        return None, {}
    beats = work.plans.all_beats(plan.id)
    planned: dict[int, dict[str, tuple[int, ...]]] = {}
    for card in work.plans.chapters(plan.id):
        there: dict[str, tuple[int, ...]] = {}
        told = beats.get(card.number)
        for number, beat in enumerate(told.beats if told else (), 1):
            for name in beat.characters:
                there[folded(name)] = (*there.get(folded(name), ()), number)
        if not told:
            there = {folded(name): () for name in card.provenance.get("characters", ())}
        planned[card.number] = there
    return Structure.from_json(plan.structure), planned


def _chapters(
    work: UnitOfWork, branch_id: str, structure: Structure | None
) -> tuple[StageChapter, ...]:
    written = {chapter.number: chapter.revision for chapter in work.chapters.of_branch(branch_id)}
    titles = {number: revision.title for number, revision in written.items()}
    if structure is not None:
        plan = work.plans.current(branch_id)
        cards = [] if plan is None else work.plans.chapters(plan.id)
        titles = {slot.number: slot.title for slot in structure.chapters} | titles
        titles |= {card.number: card.title for card in cards}
    return tuple(
        StageChapter(number, titles[number], number in written and written[number].words > 0)
        for number in sorted(titles)
    )


def _people(entries: list[EntryRecord], structure: Structure | None) -> dict[str, tuple[str, ...]]:
    """The characters, those of the plan's cast first, each with all its names, folded."""
    people = {
        entry.name: tuple(folded(name) for name in (entry.name, *entry.aliases))
        for entry in entries
        if entry.kind is EntryKind.CHARACTER
    }
    known = {name for names in people.values() for name in names}
    cast = structure.cast.characters if structure is not None and structure.cast else ()
    return {
        member.name: (folded(member.name),) for member in cast if folded(member.name) not in known
    } | people


def _known(entries: list[EntryRecord], structure: Structure | None) -> list[KnownName]:
    """Whose names are looked for: places and things too, lest a part of theirs counts for one."""
    known = known_names_of(entries)
    names = {folded(name) for each in known for name in each.names}
    cast = structure.cast.characters if structure is not None and structure.cast else ()
    return known + [KnownName(each.name) for each in cast if folded(each.name) not in names]


def _cell(
    names: tuple[str, ...], planned: dict[str, tuple[int, ...]], seen: dict[str, Named]
) -> StageCell:
    beats = [planned[name] for name in names if name in planned]
    named = [each for name, each in seen.items() if folded(name) in names]
    first = named[0] if named else _NOBODY
    return StageCell(
        bool(beats),
        tuple(sorted({number for numbers in beats for number in numbers})),
        sum(each.count for each in named),
        first.paragraph,
    )
