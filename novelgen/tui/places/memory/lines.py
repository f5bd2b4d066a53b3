"""What the memory's lists and heads say."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from textual.content import Content

from novelgen.generation.memory_changes import MemoryChange
from novelgen.manuscript.overview import ChapterOverview
from novelgen.tui.places.memory.reading import MemoryKind, NovelMemory, SnapshotPlace
from novelgen.tui.widgets.bars import bar, sparkline
from novelgen.tui.widgets.clock import ago

Changes = Mapping[tuple[str, str], MemoryChange]

_MOST_CELLS = 16
_WIDE = 70
"""Cells of a line from which it has room for everything."""
_MOST_WORDS = 5


def memory_head(memory: NovelMemory, chapters: Sequence[ChapterOverview], doing: str) -> Content:
    """What memory is, whether this novel has one, and how far it has read."""
    return Content("\n").join([Content(_what(memory)), _standing(memory, chapters, doing)])


def along_the_story(memory: NovelMemory, changes: Changes, cells: int) -> Content:
    """How much each stored memory differs from the one before, as one line of bars."""
    stored = [each.link.key for each in memory.stored]
    values = [changes[pair].relative for pair in pairwise(stored) if pair in changes]
    if not values or not memory.kind.is_on:
        return Content("")
    label = "Change from one to the next  "
    room = max(cells - len(label) - 16, 8)
    highest = max(values)
    return Content.assemble(
        (label, "$text-muted"),
        (sparkline(_fitted(values, room), highest), "$primary"),
        (f"  at most {100 * highest:.0f} %", "$text-muted"),
    )


def columns_head(width: int) -> Content:
    """What stands in the columns of the chapters."""
    title = f"{'':>4} {'chapter':<{_room(width)}} "
    if width < _WIDE:
        return Content(f"{title}{'stored':<7}change")
    stored = f"{'stored':<{_MOST_CELLS + 1}}"
    return Content(f"{title}{stored}{'change':<12}{'size':>9}   makes likelier")


def chapter_line(
    chapter: ChapterOverview, memory: NovelMemory, changes: Changes, width: int
) -> Content:
    """`  3 The Letter      ··●   424 B  ▅ 31 %  Anna, lantern`."""
    places = memory.of_chapter(chapter.number)
    is_wide = width >= _WIDE
    room = _room(width)
    title = chapter.title or "…"
    title = title if len(title) <= room else title[: room - 1] + "…"
    line = Content.assemble(
        (f"{chapter.number:>4} ", "$text-muted"), f"{title:<{room}} ", _cells(places, is_wide)
    )
    if chapter.memory_behind:
        return Content.assemble(line, ("↻ behind", "$warning"))
    if not places:
        return Content.assemble(line, ("not read yet" if chapter.words else "", "$text-muted"))
    change = _chapter_change(chapter.number, memory, changes)
    told = "" if change is None else f"{bar(change.relative, 5)} {100 * change.relative:>3.0f} %"
    line = Content.assemble(line, (f"{told:<12}" if told else " " * 12, "$primary"))
    if not is_wide:
        return line
    size = _size(sum(each.stored.num_bytes for each in places if each.stored is not None))
    return Content.assemble(
        line, (f"{size:>9}   ", "$text-muted"), _words(chapter.number, memory, width - 64)
    )


def snapshot_line(
    place: SnapshotPlace, memory: NovelMemory, changes: Changes, base: str
) -> Content:
    """`● segment 5  ▅ 31 %   12 min ago`."""
    sign, style = ("●", "$primary") if place.stored else ("·", "$text-muted")
    if place.link.key == base:
        sign, style = "◆", "$secondary"
    line = Content.assemble((f" {sign} ", style), f"segment {place.link.position + 1:<3} ")
    if place.stored is None:
        return Content.assemble(line, ("not kept", "$text-muted"))
    before = memory.stored_before(place.link.key)
    change = None if before is None else changes.get((before.link.key, place.link.key))
    told = "      " if change is None else f"{100 * change.relative:>4.0f} %"
    return Content.assemble(
        line, (told, "$primary"), (f" {ago(place.stored.created_at)}", "$text-muted")
    )


def change_told(before: SnapshotPlace, after: SnapshotPlace, change: MemoryChange) -> Content:
    """What changed between two snapshots, slot by slot."""
    most = sorted(range(len(change.slots)), key=lambda slot: -change.slots[slot])[:3]
    slots = ", ".join(f"{slot + 1} ({100 * change.slots[slot]:.0f} %)" for slot in most)
    lines = [
        Content.styled(f"From {_named(before)} to {_named(after)}", "bold $primary"),
        Content(f"{100 * change.relative:.1f} % of the memory changed."),
    ]
    if change.slots:
        lines += [
            Content.assemble(("slots  ", "$text-muted"), (sparkline(change.slots), "$primary")),
            Content.styled(f"most   {slots}", "$text-muted"),
        ]
    return Content("\n").join(lines)


def _named(place: SnapshotPlace) -> str:
    return f"{place.link.chapter}.{place.link.position + 1}"


def _what(memory: NovelMemory) -> str:
    match memory.kind:
        case MemoryKind.SERVER:
            return (
                "This novel has no memory: a server keeps none. The brief and the last pages carry "
                "the story. The places below are where a branch can begin."
            )
        case MemoryKind.OFF:
            return (
                "This novel has no memory: it is written without an adapter. The brief and the "
                "last pages carry the story. The places below are where a branch can begin."
            )
        case MemoryKind.SCRIPTED:
            return (
                "Memory is what a model carries along of all the prose it has read. The scripted "
                "engine's is made of numbers that mean nothing; it is kept all the same."
            )
        case MemoryKind.ADAPTER:
            shape = f", {memory.slots} slots of {memory.numbers} numbers" if memory.slots else ""
            return (
                "Memory is what the model carries along of all the prose it has read"
                f"{shape}, written anew after every segment. This novel has one: adapter "
                f"{memory.adapter}."
            )


def _standing(memory: NovelMemory, chapters: Sequence[ChapterOverview], doing: str) -> Content:
    if doing:
        return Content.styled(f"● {doing} …", "$success")
    written = [each for each in chapters if each.words]
    behind = [each.number for each in written if each.memory_behind]
    if not written:
        return Content.styled("Nothing is written yet.", "$text-muted")
    if not memory.is_read:
        return Content.styled(
            "↻ No engine has read the novel as it is set now. e reads it; the next writing does "
            "too.",
            "$warning",
        )
    stored = len(memory.stored)
    snapshots = "1 snapshot" if stored == 1 else f"{stored} snapshots"
    told = f"{snapshots} of {len(memory.places)} segments stored, {_size(memory.num_bytes)}."
    if not behind:
        return Content.styled(f"✓ It is up to the text. {told}", "$text-muted")
    which = "Chapter" if len(behind) == 1 else "Chapters"
    return Content.assemble(
        (f"↻ {which} {_listed(behind)} behind the text; e reads again. ", "$warning"),
        (told, "$text-muted"),
    )


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:6])) + (" …" if len(numbers) > 6 else "")
    return f"{shown} is" if len(numbers) == 1 else f"{shown} are"


def _cells(places: Sequence[SnapshotPlace], is_wide: bool) -> Content:
    stored = sum(each.stored is not None for each in places)
    if not is_wide or len(places) > _MOST_CELLS:
        told = f"{stored}/{len(places)}" if places else ""
        return Content.styled(f"{told:<{_MOST_CELLS + 1 if is_wide else 7}}", "$text-muted")
    cells = "".join("●" if each.stored else "·" for each in places)
    return Content.styled(f"{cells:<{_MOST_CELLS + 1}}", "$primary")


def _chapter_change(number: int, memory: NovelMemory, changes: Changes) -> MemoryChange | None:
    ends = memory.chapter_ends()
    earlier = [each for each in ends if each < number]
    if number not in ends or not earlier:
        return None
    return changes.get((ends[max(earlier)], ends[number]))


def words_told(number: int, memory: NovelMemory) -> Content:
    """All words that a chapter's memory makes likelier; empty where it was not asked."""
    if number not in memory.words:
        return Content("")
    words = ", ".join(each.word for each in memory.words[number])
    return Content.assemble(
        ("\n\nIt makes likelier\n", "bold $primary"), words or "nothing in particular"
    )


def _room(width: int) -> int:
    """Cells for a title."""
    return 22 if width >= _WIDE else max(width - 27, 10)


def _words(number: int, memory: NovelMemory, room: int) -> Content:
    if number not in memory.words:
        return Content("")
    words = ", ".join(each.word for each in memory.words[number][:_MOST_WORDS])
    words = words or "nothing in particular"
    return Content(words if len(words) <= room else words[: max(room - 1, 0)] + "…")


def _size(num_bytes: int) -> str:
    if num_bytes < 1000:
        return f"{num_bytes} B"
    if num_bytes < 1_000_000:
        return f"{num_bytes / 1000:.0f} kB"
    return f"{num_bytes / 1_000_000:.1f} MB"


def _fitted(values: Sequence[float], room: int) -> list[float]:
    """The values, or the highest of each of `room` stretches."""
    if len(values) <= room:
        return list(values)
    ends = [round(at * len(values) / room) for at in range(room + 1)]
    return [max(values[a:b]) for a, b in pairwise(ends)]
