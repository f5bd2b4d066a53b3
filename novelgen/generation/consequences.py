"""Finds, for a changed chapter, the later passages that may no longer fit, and which still count.

A check is kept as it was found, and is shown only as long as it is true: when the old words come
back, or the later passage is mended, it is gone by itself.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from novelgen.text.consequences import (
    Consequence,
    find_consequences,
    is_still_true,
)
from novelgen.text.suspects import ConsequenceKind
from storage.change_records import CheckRecord, NewCheck
from storage.store import Store
from storage.unit_of_work import UnitOfWork

_UNCHANGED: Mapping[int, str] = MappingProxyType({})


def checks_after(
    store: Store,
    branch_id: str,
    chapter: int,
    old_text: str,
    new_text: str,
    *,
    changed: Mapping[int, str] = _UNCHANGED,
    nearest: int | None = None,
) -> list[NewCheck]:
    """What to check in the chapters after one whose text was `old_text` and is `new_text`.

    `changed` are texts that other chapters have from now on. `nearest` looks only at so many
    chapters on either side, for changes of a whole book.
    """
    first = 0 if nearest is None else max(chapter - 1 - nearest, 0)
    last = None if nearest is None else chapter + nearest
    with store.reading() as work:
        texts = work.texts
        later = texts.of_branch(branch_id, after_chapter=chapter, through_chapter=last)
        before = texts.of_branch(branch_id, after_chapter=first, through_chapter=chapter - 1)
        found = find_consequences(
            old_text,
            new_text,
            ((number, changed.get(number, text)) for number, text in later),
            before=((number, changed.get(number, text)) for number, text in before),
        )
    return [
        NewCheck(
            branch_id=branch_id,
            kind=each.kind.value,
            term=each.term,
            edited_chapter=chapter,
            before=each.before,
            after=each.after,
            chapter=each.chapter,
            paragraph=each.paragraph,
            passage=each.passage,
        )
        for each in found
    ]


def standing_checks(work: UnitOfWork, branch_id: str) -> Iterator[CheckRecord]:
    """The checks of a branch that wait for an answer and are still true."""
    texts: dict[int, str] = {}

    def text_of(number: int) -> str:
        if number not in texts:
            chapter = work.chapters.get(branch_id, number)
            texts[number] = "" if chapter is None else work.texts.of_revision(chapter.revision.id)
        return texts[number]

    for check in work.checks.open_of_branch(branch_id):
        consequence = Consequence(
            ConsequenceKind(check.kind),
            check.term,
            check.before,
            check.after,
            check.chapter,
            check.passage,
            check.paragraph,
        )
        if is_still_true(consequence, text_of(check.edited_chapter), text_of(check.chapter)):
            yield check
