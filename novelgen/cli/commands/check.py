"""`novelgen check`."""

from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.cli.notes_shown import NOTE
from novelgen.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from novelgen.generation.author_marks import StandingMark
    from novelgen.story.open_matters import OpenMatters
    from storage.change_records import CheckRecord
    from storage.records import NovelRecord
    from storage.story_records import FindingRecord, ThreadRecord

_WHAT_CHANGED = {
    "name": "the name",
    "number": "the number",
    "fact": "the fact",
    "event": "what happens:",
}
_SHOWN = 300
_CONTRADICTION, _ODDITY, _PROMISE = "c", "g", "p"


def check(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    intended: Annotated[
        list[str] | None,
        typer.Option(
            "--intended",
            metavar="ID",
            help="It is meant so: take this off the list: a number, c and a number for a "
            "contradiction, g for an oddity, p for a promise, n for a note that is done with; or "
            "all (all but promises and notes). May be given several times.",
        ),
    ] = None,
    read: Annotated[
        bool, typer.Option("--read", help="Read unread chapters first, by plain rules.")
    ] = False,
) -> None:
    """List passages that may no longer fit after a change, contradictions, oddities, promises.

    The notes beside the text come first, those of a manuscript that came back among them.
    A passage or contradiction leaves the list by itself when it is mended, or when the old words
    come back; a promise, when a later chapter keeps it.

    Example: novelgen check 3f2a --intended 14 --intended c3
    """
    invocation = invocation_of(context)
    from novelgen.cli.notes_shown import note_json, show_notes
    from novelgen.generation.author_marks import marks_of
    from novelgen.generation.consequences import standing_checks
    from novelgen.story.open_matters import open_matters

    with invocation.workbench() as workbench:
        with workbench.store.reading() as work:
            found = work.novels.find(novel)
        if read:
            from novelgen.cli.story_reading import read_by_rules

            read_by_rules(workbench, found)
        with workbench.store.reading() as work:
            standing = list(standing_checks(work, found.active_branch_id))
            matters = open_matters(work, found.active_branch_id)
            notes = marks_of(work, found.active_branch_id)
        if intended:
            _intend(invocation, workbench, found, intended, standing, matters, notes)
            return
    if invocation.output.as_json:
        invocation.output.document(
            {
                "checks": [_as_json(each) for each in standing],
                "contradictions": [_contradiction_json(each) for each in matters.contradictions],
                "oddities": [_oddity_json(each) for each in matters.oddities],
                "promises": [_promise_json(each, matters) for each in matters.promises],
                "notes": [note_json(each) for each in notes],
            }
        )
        return
    if not (standing or matters.contradictions or matters.oddities or matters.promises or notes):
        invocation.output.note("Nothing to check: nothing contradicts, is odd or left open.")
        return
    show_notes(invocation.output, notes)
    _show(invocation, standing)
    _show_contradictions(invocation, matters)
    _show_oddities(invocation, matters)
    _show_promises(invocation, matters)
    invocation.output.note(
        f"Mend a passage with `novelgen edit {found.id} --chapter K`, draft its chapter anew with "
        f"`novelgen regenerate {found.id} --chapter K`, or say that it is meant so: "
        f"`novelgen check {found.id} --intended ID`."
    )


def _intend(
    invocation: Invocation,
    workbench: "Workbench",
    novel: "NovelRecord",
    asked: list[str],
    standing: "list[CheckRecord]",
    matters: "OpenMatters",
    notes: "list[StandingMark]",
) -> None:
    """Take what is asked for off the list; nothing of it when one of them is not on it."""
    from novelgen.story.open_matters import intend_finding, intend_promise

    listed = {
        _CONTRADICTION: {each.id for each in matters.contradictions},
        _ODDITY: {each.id for each in matters.oddities},
        _PROMISE: {each.id for each in matters.promises},
        NOTE: {each.record.id for each in notes},
    }
    marked = [text for text in asked if text[:1] in listed and text[1:].isdecimal()]
    for text in marked:
        if int(text[1:]) not in listed[text[0]]:
            raise NotFoundError(
                f"The list has no {text}.", "`novelgen check NOVEL` shows what it has."
            )
    numbers = _numbers([text for text in asked if text not in marked], standing)
    if "all" in asked:
        marked += [f"{_CONTRADICTION}{each.id}" for each in matters.contradictions]
        marked += [f"{_ODDITY}{each.id}" for each in matters.oddities]
    branch_id = novel.active_branch_id
    with workbench.store.writing() as work:
        for number in numbers:
            work.checks.intend(branch_id, number)
        for text in dict.fromkeys(marked):
            if text[0] == NOTE:
                work.author_marks.settle(branch_id, int(text[1:]))
                continue
            answer = intend_promise if text[0] == _PROMISE else intend_finding
            answer(work, branch_id, int(text[1:]))
    _say_intended(invocation, [*numbers, *dict.fromkeys(marked)])


def _numbers(asked: list[str], standing: "list[CheckRecord]") -> list[int]:
    known = [each.id for each in standing]
    if "all" in asked:
        return known
    numbers = []
    for text in asked:
        if not text.isdecimal():
            raise UsageError(
                f"{text!r} is no number of the list.",
                "Give a number of it, c, g, p or n and a number, or all.",
            )
        if int(text) not in known:
            raise NotFoundError(
                f"The list has no number {text}.", "`novelgen check NOVEL` shows it."
            )
        numbers.append(int(text))
    return numbers


def _show(invocation: Invocation, standing: "list[CheckRecord]") -> None:
    """Grouped by what was changed, in the order of the changed chapters."""
    by_change = sorted(standing, key=lambda each: (each.edited_chapter, each.before, each.term))
    groups = groupby(by_change, key=lambda each: (each.edited_chapter, each.before, each.after))
    for (chapter, before, after), checks in groups:
        members = sorted(checks, key=lambda each: (each.chapter, each.paragraph, each.id))
        terms = ", ".join(dict.fromkeys(f"“{each.term}”" for each in members))
        what = _WHAT_CHANGED.get(members[0].kind, "")
        invocation.output.data(f"Chapter {chapter} changed {what} {terms}.".replace("  ", " "))
        invocation.output.data(f"  it said  “{_short(before)}”")
        now = f"“{_short(after)}”" if after else "(that is gone)"
        invocation.output.data(f"  now      {now}")
        for each in members:
            invocation.output.data(
                f"  {each.id:>4}  chapter {each.chapter}, paragraph {each.paragraph}: "
                f"“{_short(each.passage)}”"
            )
        invocation.output.data()


def _show_contradictions(invocation: Invocation, matters: "OpenMatters") -> None:
    if matters.contradictions:
        invocation.output.data("Passages that cannot both be true:")
    for each in matters.contradictions:
        name = f"{_CONTRADICTION}{each.id}"
        invocation.output.data(f"  {name:>5}  {each.message}")
        places = (
            (each.other_chapter, each.other_paragraph, each.other_passage),
            (each.chapter, each.paragraph, each.passage),
        )
        for chapter, paragraph, passage in places:
            where = f"chapter {chapter}, paragraph {paragraph}" if chapter else "before the story"
            invocation.output.data(f"         {where}: “{_short(passage)}”")
    if matters.contradictions:
        invocation.output.data()


def _show_oddities(invocation: Invocation, matters: "OpenMatters") -> None:
    if matters.oddities:
        invocation.output.data("What looks odd:")
    for each in matters.oddities:
        name = f"{_ODDITY}{each.id}"
        where = f"chapter {each.chapter}, paragraph {each.paragraph}"
        invocation.output.data(f"  {name:>5}  {where}: {each.message}")
        invocation.output.data(f"         “{_short(each.passage)}”")
    if matters.oddities:
        invocation.output.data()


def _show_promises(invocation: Invocation, matters: "OpenMatters") -> None:
    if matters.promises:
        invocation.output.data("Promises that are not kept yet:")
    for each in matters.promises:
        due = "" if each.due_chapter is None else f", due in chapter {each.due_chapter}"
        overdue = " (overdue)" if matters.is_overdue(each) else ""
        where = f"chapter {each.opened_chapter}" if each.opened_chapter else "before the story"
        name = f"{_PROMISE}{each.id}"
        invocation.output.data(f"  {name:>5}  {where}{due}{overdue}: “{_short(each.text)}”")
    if matters.promises:
        invocation.output.data()


def _oddity_json(finding: "FindingRecord") -> dict[str, Any]:
    return {
        "id": f"{_ODDITY}{finding.id}",
        "kind": finding.kind,
        "message": finding.message,
        "chapter": finding.chapter,
        "paragraph": finding.paragraph,
        "passage": finding.passage,
    }


def _contradiction_json(finding: "FindingRecord") -> dict[str, Any]:
    return {
        "id": f"{_CONTRADICTION}{finding.id}",
        "kind": finding.kind,
        "message": finding.message,
        "chapter": finding.chapter,
        "paragraph": finding.paragraph,
        "passage": finding.passage,
        "other_chapter": finding.other_chapter,
        "other_paragraph": finding.other_paragraph,
        "other_passage": finding.other_passage,
    }


def _promise_json(promise: "ThreadRecord", matters: "OpenMatters") -> dict[str, Any]:
    return {
        "id": f"{_PROMISE}{promise.id}",
        "kind": promise.kind.value,
        "text": promise.text,
        "opened_chapter": promise.opened_chapter,
        "opened_paragraph": promise.opened_paragraph,
        "passage": promise.opened_passage,
        "due_chapter": promise.due_chapter,
        "is_overdue": matters.is_overdue(promise),
    }


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _say_intended(invocation: Invocation, numbers: list[int | str]) -> None:
    if invocation.output.as_json:
        invocation.output.document({"intended": numbers})
    else:
        invocation.output.data(f"{len(numbers)} taken off the list.")


def _as_json(check: "CheckRecord") -> dict[str, Any]:
    return {
        "id": check.id,
        "kind": check.kind,
        "term": check.term,
        "edited_chapter": check.edited_chapter,
        "before": check.before,
        "after": check.after,
        "chapter": check.chapter,
        "paragraph": check.paragraph,
        "passage": check.passage,
    }
