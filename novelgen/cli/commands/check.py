"""`novelgen check`."""

from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from storage.change_records import CheckRecord

_WHAT_CHANGED = {
    "name": "the name",
    "number": "the number",
    "fact": "the fact",
    "event": "what happens:",
}
_SHOWN = 300


def check(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    intended: Annotated[
        list[str] | None,
        typer.Option(
            "--intended",
            metavar="ID",
            help="It is meant so: take this number (or all) off the "
            "list. May be given several times.",
        ),
    ] = None,
) -> None:
    """List passages that may no longer fit after a change, with what was changed.

    A passage leaves the list by itself when it is mended, or when the old words come back.

    Example: novelgen check 3f2a --intended 14
    """
    invocation = invocation_of(context)
    from novelgen.generation.consequences import standing_checks

    with invocation.workbench() as workbench:
        with workbench.store.reading() as work:
            found = work.novels.find(novel)
            standing = list(standing_checks(work, found.active_branch_id))
        if intended:
            numbers = _numbers(intended, standing)
            with workbench.store.writing() as work:
                for number in numbers:
                    work.checks.intend(found.active_branch_id, number)
            _say_intended(invocation, numbers)
            return
    if invocation.output.as_json:
        invocation.output.document({"checks": [_as_json(each) for each in standing]})
        return
    if not standing:
        invocation.output.note("Nothing to check: no later passage uses what your changes changed.")
        return
    _show(invocation, standing)
    invocation.output.note(
        f"Mend a passage with `novelgen edit {found.id} --chapter K`, draft its chapter anew with "
        f"`novelgen regenerate {found.id} --chapter K`, or say that it is meant so: "
        f"`novelgen check {found.id} --intended ID`."
    )


def _numbers(asked: list[str], standing: "list[CheckRecord]") -> list[int]:
    known = [each.id for each in standing]
    if "all" in asked:
        return known
    numbers = []
    for text in asked:
        if not text.isdecimal():
            raise UsageError(f"{text!r} is no number of the list.", "Give a number of it, or all.")
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


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _say_intended(invocation: Invocation, numbers: list[int]) -> None:
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
