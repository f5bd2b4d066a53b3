"""A manuscript that comes back beside the novel that it is of, in words: what it would change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.content import Content

from novelgen.bootstrap import Workbench
from novelgen.generation.manuscript_comparison import ChapterTaking, TakingBack
from novelgen.generation.taking_back import TakenBack
from novelgen.manuscript.importing.values import ImportedManuscript, TrackedChanges
from novelgen.tui.library.novel_words import counted, shortened
from novelgen.tui.manuscripts.found_words import remarks_told

_TITLE_CELLS = 40
_RANGES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Comparison:
    """A manuscript that was read, and what it would change."""

    path: Path
    manuscript: ImportedManuscript
    taking: TakingBack
    does_something: bool
    told: Content
    """All that the person should see before anything is changed."""


def compare_file(
    workbench: Workbench, novel_id: str, path: Path, tracked: TrackedChanges
) -> Comparison:
    """Read a file and compare it. Raises `UsageError`, `StorageError`."""
    found = workbench.imports.read(path, tracked, text_only=True)
    assert isinstance(found, ImportedManuscript)  # an archive was read for its text alone
    return compare_again(workbench, novel_id, path, found)


def compare_again(
    workbench: Workbench, novel_id: str, path: Path, manuscript: ImportedManuscript
) -> Comparison:
    """Compare what was read with the novel as it is now."""
    novel = workbench.find(novel_id).novel
    taking = workbench.imports.compare(novel, manuscript)
    does_something = bool(taking.changed or taking.notes)
    told = comparison_told(taking, manuscript.remarks)
    return Comparison(path, manuscript, taking, does_something, told)


def comparison_told(taking: TakingBack, remarks: Sequence[str]) -> Content:
    """Chapters that change, those that do not and why, and what comes beside the text."""
    changed = [each for each in taking.changed if each.before is not None]
    added = [each for each in taking.changed if each.before is None]
    lines = [*_changes("changed", changed)]
    if added:
        lines += [*([Content("")] if changed else []), *_changes("new, behind the last", added)]
    if not lines:
        lines.append(Content.styled("No chapter differs from the novel.", "bold $primary"))
    beside = [*_beside(taking), *remarks_told(remarks)]
    return Content("\n").join([*lines, *([Content("")] if beside else []), *beside])


def taken_told(taken: TakenBack) -> list[str]:
    """What was done, and where to look at it: sentences."""
    count = len(taken.chapters)
    told = ["No chapter changed."]
    if count:
        done = f"{counted(count, 'chapter')} changed; u at the Desk takes that back"
        told = [f"{done}, Versions (6) shows it."]
    to_check = []
    if taken.notes:
        to_check.append(f"{counted(taken.notes, 'note')} of the file")
    if taken.to_check:
        passages = counted(taken.to_check, "later passage")
        to_check.append(f"{passages} that may no longer fit")
    if to_check:
        told.append(f"In the list to check (F8): {', '.join(to_check)}.")
    if taken.broken_locks:
        locks = counted(len(taken.broken_locks), "locked passage")
        told.append(f"{locks} changed as well, and no longer locked.")
    return told


def _changes(what: str, chapters: Sequence[ChapterTaking]) -> Iterator[Content]:
    if chapters:
        yield Content.styled(f"{counted(len(chapters), 'chapter')} {what}", "bold $primary")
    for each in chapters:
        is_short = each.is_much_shorter
        words = f"{each.words:,} words"
        if each.before is not None:
            words = f"{each.words_before:,} → {words}  {each.words - each.words_before:+,}"
        yield Content.assemble(
            (f"{each.number:>4}  ", "$text-muted"),
            f"{shortened(_called(each), _TITLE_CELLS):<{_TITLE_CELLS}}  ",
            (f"{words} !" if is_short else words, "$warning" if is_short else "$text-muted"),
        )
    if any(each.is_much_shorter for each in chapters):
        told = "! This keeps less than half of its words: is it the same chapter?"
        yield Content.styled(told, "$warning")


def _called(each: ChapterTaking) -> str:
    """Its title, behind the one that it has now where that is another one."""
    before = each.title if each.before is None else each.before.revision.title
    return each.title if before == each.title else f"{before or '–'} → {each.title}"


def _beside(taking: TakingBack) -> Iterator[Content]:
    """What stays as it is, and what comes beside the text."""
    same = len(taking.chapters) - len(taking.changed)
    if same:
        yield Content(f"As in the novel: {counted(same, 'chapter')}.")
    if taking.missing:
        yield Content(f"Not in the file, and left as they are: {_numbers(taking.missing)}.")
    for told in taking.left_out:
        yield Content.styled(f"! {told}", "$warning")
    if taking.notes:
        told = counted(taking.notes, "comment or tracked change", "comments and tracked changes")
        verb = "becomes a note" if taking.notes == 1 else "become notes"
        yield Content(f"✎ {told} {verb} beside the text.")


def _numbers(numbers: Sequence[int]) -> str:
    """Such as `chapters 1–3, 7`."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    told = [f"{a}" if a == b else f"{a}–{b}" for a, b in ranges[:_RANGES_SHOWN]]
    more = " and others" if len(ranges) > _RANGES_SHOWN else ""
    return f"chapter{'' if len(numbers) == 1 else 's'} {', '.join(told)}{more}"
