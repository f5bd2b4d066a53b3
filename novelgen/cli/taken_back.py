"""A manuscript that comes back into its novel: what it changes, told before or after it is done."""

from typing import TYPE_CHECKING

from novelgen.bootstrap import Workbench
from novelgen.cli.edited import say_broken_locks, say_to_check
from novelgen.cli.idle_reading import read_when_idle
from novelgen.cli.imported import say_remarks
from novelgen.cli.invocation import Invocation
from novelgen.cli.output import Output
from novelgen.manuscript.importing.values import ImportedManuscript

if TYPE_CHECKING:
    from novelgen.generation.manuscript_comparison import TakingBack
    from novelgen.generation.taking_back import TakenBack
    from novelgen.manuscript.archive.reading import Archive

_LINES_SHOWN = 40


def take_back_into(
    invocation: Invocation,
    workbench: Workbench,
    reference: str,
    found: "ImportedManuscript | Archive",
    *,
    is_dry: bool,
) -> None:
    """Take a manuscript back into a novel, or only tell what it would change."""
    assert isinstance(found, ImportedManuscript)  # an archive was read for its text alone
    output = invocation.output
    novel = workbench.find(reference).novel
    say_remarks(output, found)
    taking = workbench.imports.compare(novel, found)
    taken = None if is_dry else workbench.imports.take_back(taking)
    if taken is not None and taken.chapters:
        read_when_idle(invocation, workbench, novel)
    if output.as_json:
        output.document(_document(taking, taken))
        return
    _say(output, taking, taken)


def _say(output: Output, taking: "TakingBack", taken: "TakenBack | None") -> None:
    changed = taking.changed
    for each in changed[:_LINES_SHOWN]:
        title = f" “{each.title}”" if each.title else ""
        change = (
            f"{each.words:,} words, new"
            if each.before is None
            else f"{each.words:,} words ({each.words - each.words_before:+,})"
        )
        output.data(f"Chapter {each.number}{title}: {change}")
        if each.is_much_shorter:
            output.error(f"Chapter {each.number} loses more than half its words; is it the same?")
    if len(changed) > _LINES_SHOWN:
        output.data(f"And {len(changed) - _LINES_SHOWN:,} chapters more.")
    same = len(taking.chapters) - len(changed)
    if same:
        output.note(
            f"{_chapters(same)} of the file {'is' if same == 1 else 'are'} as in the novel."
        )
    if taking.missing:
        output.note(
            f"Not in the file, and left as they are: {_chapters(len(taking.missing))} "
            f"({_numbers(taking.missing)})."
        )
    for told in taking.left_out:
        output.error(told)
    if not taking.chapters:
        output.error(
            f"No chapter of the file is one of “{taking.novel.title}”.",
            "Is it the right novel?",
        )
    if taken is None:
        notes = "1 note" if taking.notes == 1 else f"{taking.notes:,} notes"
        output.note(f"That is what would change, and {notes} beside the text. Nothing is changed.")
        return
    _say_taken(output, taking, taken)


def _say_taken(output: Output, taking: "TakingBack", taken: "TakenBack") -> None:
    novel_id = taking.novel.id
    if taken.chapters:
        first = taken.chapters[0]
        output.note(
            f"`novelgen diff {novel_id} --chapter {first}` shows a change, `novelgen undo "
            f"{novel_id}` takes all of them back."
        )
    else:
        output.data("No chapter is changed.")
    if taken.notes:
        output.note(
            f"{taken.notes:,} note{'' if taken.notes == 1 else 's'} of the file stand beside the "
            f"text: `novelgen check {novel_id}`, or F8 in the workbench."
        )
    if taken.broken_locks:
        say_broken_locks(output, taken.broken_locks)
    if taken.to_check:
        say_to_check(output, taken.to_check, novel_id)


def _document(taking: "TakingBack", taken: "TakenBack | None") -> dict[str, object]:
    return {
        "id": taking.novel.id,
        "changed": [
            {
                "chapter": each.number,
                "title": each.title,
                "words": each.words,
                "words_before": each.words_before,
            }
            for each in taking.changed
        ],
        "unchanged": [each.number for each in taking.chapters if not each.is_changed],
        "missing": list(taking.missing),
        "left_out": list(taking.left_out),
        "taken": taken is not None,
        "notes": taking.notes if taken is None else taken.notes,
        "to_check": 0 if taken is None else taken.to_check,
    }


def _chapters(count: int) -> str:
    return f"{count:,} chapter{'' if count == 1 else 's'}"


def _numbers(numbers: tuple[int, ...]) -> str:
    """Such as `1–3, 7`."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    told = [f"{a}" if a == b else f"{a}–{b}" for a, b in ranges[:_LINES_SHOWN]]
    return ", ".join(told)
