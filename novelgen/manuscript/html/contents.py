"""The table of contents of an HTML page: links to the chapters, below those to their parts.

It can be folded. A long one is folded to begin with: its parts one by one where the book has them.
"""

from collections.abc import Iterable, Iterator

from novelgen.manuscript.html.markup import escaped, title_or_untitled
from novelgen.manuscript.tree import ChapterHeading, Manuscript

_LONG = 60
"""Chapters."""


def chapter_anchor(heading: ChapterHeading) -> str:
    """Where a chapter begins; the same in every export."""
    return f"chapter-{heading.number}"


def part_anchor(heading: ChapterHeading) -> str:
    """Where the part begins that a chapter is the first of."""
    return f"part-{heading.number}"


def contents_list(manuscript: Manuscript) -> Iterator[str]:
    """The table; nothing for a single chapter."""
    if manuscript.num_chapters < 2:
        return
    is_long = manuscript.num_chapters > _LONG
    is_open = manuscript.has_parts or not is_long
    yield f'<nav id="contents" aria-label="Contents">\n<details{_open(is_open)}>\n'
    yield "<summary><h2>Contents</h2></summary>\n<ol>\n"
    yield from _entries(manuscript.contents, is_long=is_long)
    yield "</ol>\n</details>\n</nav>\n"


def _entries(contents: Iterable[ChapterHeading], *, is_long: bool) -> Iterator[str]:
    is_in_part = False
    for heading in contents:
        if heading.part is not None:
            yield "</ol></details></li>\n" * is_in_part
            link = _link(part_anchor(heading), title_or_untitled(heading.part))
            yield f"<li><details{_open(not is_long)}><summary>{link}</summary>\n<ol>\n"
            is_in_part = True
        yield f"<li>{_link(chapter_anchor(heading), heading.text)}</li>\n"
    yield "</ol></details></li>\n" * is_in_part


def _link(anchor: str, text: str) -> str:
    return f'<a href="#{anchor}">{escaped(text)}</a>'


def _open(is_open: bool) -> str:
    return ' open="open"' if is_open else ""
