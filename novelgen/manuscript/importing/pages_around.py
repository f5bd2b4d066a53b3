"""Takes from a book's sections what is no part of the novel, and tells what that was.

The heading that names the book goes, and what stands with it on the title page; pages such as the
table of contents; “The End”. What is left of the text before the first chapter stays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from novelgen.manuscript.chapter_headings import is_uncounted
from novelgen.manuscript.importing.blocks import Break, Draft, Paragraph
from novelgen.manuscript.importing.counts import counted
from novelgen.manuscript.importing.front_pages import (
    TitlePage,
    is_dedication,
    is_front_page,
    is_same_title,
    without_names,
    without_the_end,
    without_title_page,
)
from novelgen.manuscript.importing.heading_lines import LineKind
from novelgen.manuscript.importing.levels import chapter_level
from novelgen.manuscript.importing.sections import Section, section

_NAMES_SHOWN, _NAME_CHARS = 6, 60
_SHARE_BEFORE, _SHARE_BEHIND = 0.2, 0.1
"""Of the book's words, that such pages stand among at its beginning and at its end."""


def without_pages_around(sections: Sequence[Section], draft: Draft) -> list[Section]:
    """The sections of the novel itself; the first has no heading. Names go to the draft."""
    places = set(_front_pages(sections))
    left_out = [sections[at] for at in sorted(places)]
    kept = [each for at, each in enumerate(sections) if at not in places]
    hints = (draft.title_hint, draft.author_hint)
    page = TitlePage(draft.title, draft.author, hints)
    kept = _without_title(kept, page)
    if kept[0].words and len(kept) > 1:
        kept[0] = section(None, _before_chapters(kept[0], page))
    kept[-1] = _with_body(kept[-1], without_the_end(kept[-1].body))
    draft.title, draft.author = page.title, page.author
    _tell(draft, left_out, page)
    return kept


def _front_pages(sections: Sequence[Section]) -> Iterator[int]:
    """The places of pages that are no part of the novel: near its beginning and its end."""
    level = chapter_level(sections)
    total = sum(each.words for each in sections)
    before = 0
    for at, each in enumerate(sections):
        behind = total - before - each.words
        is_outside = before <= _SHARE_BEFORE * total or behind <= _SHARE_BEHIND * total
        if is_outside and each.level <= level and is_front_page(each):
            yield at
        else:
            before += each.words


def _without_title(sections: list[Section], page: TitlePage) -> list[Section]:
    """The sections without the title page, on which names are found where none are known yet."""
    first = section(None, without_title_page(sections[0].body, page))
    if len(sections) == 1:
        return [first]
    named = sections[1]
    title = page.title or (named.heading.text if named.heading else "")
    on_page = TitlePage(title, page.author, page.others)
    below = section(named.heading, without_title_page(named.body, on_page))
    if not _names_book([first, below, *sections[2:]], page.title):
        return [first, *sections[1:]]
    page.title, page.author = on_page.title, page.author or on_page.author
    page.words += on_page.words
    page.num_paragraphs += on_page.num_paragraphs
    return [section(None, (*first.body, *below.body)), *sections[2:]]


def _before_chapters(first: Section, page: TitlePage) -> Sequence[Paragraph | Break]:
    """What is left of the text before the first heading when it is a dedication or a title."""
    if not is_dedication(first.paragraphs):
        return without_names(first.body, page)
    page.words += first.words
    page.num_paragraphs += 1
    return ()


def _names_book(sections: Sequence[Section], title: str) -> bool:
    """Whether the first heading is the title of the book, and no part's or chapter's."""
    named, others = sections[1], sections[2:]
    heading = named.heading
    assert heading is not None
    is_same = bool(title) and is_same_title(heading.text, title)
    if not others or not any(each.words for each in others):
        return is_same
    if heading.line.kind is not LineKind.OTHER and not is_same:
        return False
    if named.words and named.level >= chapter_level(sections):
        return False
    if is_same or (title and not _is_part(others[0])):
        return is_same
    parts = [at for at, each in enumerate(others) if each.level <= named.level and _is_part(each)]
    return not parts or _are_before_parts(others[: parts[0]])


def _is_part(each: Section) -> bool:
    heading = each.heading
    return not each.words or (heading is not None and heading.line.kind is LineKind.PART)


def _are_before_parts(between: Sequence[Section]) -> bool:
    """Whether nothing stands before the first part but a prologue or its like, in sections."""
    lines = [each.heading.line for each in between if each.heading is not None]
    is_prologue = [is_uncounted(line.text.partition(" ")[0]) for line in lines]
    return not lines or (
        is_prologue[0]
        and all(
            line.kind is LineKind.NUMBER or uncounted
            for line, uncounted in zip(lines, is_prologue, strict=True)
        )
    )


def _with_body(each: Section, body: Sequence[Paragraph | Break]) -> Section:
    return replace(section(each.heading, body)) if len(body) < len(each.body) else each


def _tell(draft: Draft, left_out: Sequence[Section], page: TitlePage) -> None:
    names = ["the title page"] if page.num_paragraphs else []
    names += [f"“{each.heading.text[:_NAME_CHARS]}”" for each in left_out if each.heading]
    words = page.words + sum(each.words for each in left_out)
    if names:
        more = len(names) - _NAMES_SHOWN
        shown = ", ".join(names[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
        told = counted(words, "word")
        draft.remarks.append(f"Left out, as no part of the novel: {shown} ({told}).")
