"""Which files an EPUB book is made of, and in which order it is read.

Names are plain ASCII and follow the numbers of the chapters, so that the same chapter is the same
file in every export.
"""

from dataclasses import dataclass

from novelgen.manuscript.epub.cover import Cover
from novelgen.manuscript.html.markup import title_or_untitled
from novelgen.manuscript.tree import ChapterHeading, Manuscript

PACKAGE = "package.opf"
NAVIGATION = "nav.xhtml"
NCX = "toc.ncx"
TITLE_PAGE = "title.xhtml"
COVER_PAGE = "cover.xhtml"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table of contents, and the file that it leads to."""

    file: str
    text: str
    entries: "tuple[Entry, ...]" = ()
    """Below it: the chapters of a part."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of a book."""

    cover: Cover | None
    entries: tuple[Entry, ...]
    """The table of contents."""
    has_contents_page: bool
    """Whether the reader comes past the table of contents; a single chapter has no need of it."""

    @property
    def text_files(self) -> list[str]:
        """Of parts and chapters, in order."""
        return [
            file
            for entry in self.entries
            for file in (entry.file, *(below.file for below in entry.entries))
        ]

    @property
    def spine(self) -> list[str]:
        """All pages, in the order in which they are read."""
        front = [COVER_PAGE] * (self.cover is not None) + [TITLE_PAGE]
        return [*front, *[NAVIGATION] * self.has_contents_page, *self.text_files]


def layout_of(manuscript: Manuscript, cover: Cover | None) -> Layout:
    """The layout of a manuscript's book."""
    entries: list[Entry] = []
    chapters: list[Entry] = []
    part: ChapterHeading | None = None
    for heading in manuscript.contents:
        if heading.part is not None:
            entries += _closed(part, chapters)
            part, chapters = heading, []
        chapters.append(Entry(chapter_file(heading), title_or_untitled(heading.text)))
    entries += _closed(part, chapters)
    return Layout(cover, tuple(entries), manuscript.num_chapters > 1)


def chapter_file(heading: ChapterHeading) -> str:
    """The name of a chapter's file."""
    return f"chapter-{heading.number:04}.xhtml"


def part_file(heading: ChapterHeading) -> str:
    """The name of the file of the part that begins with a chapter."""
    return f"part-{heading.number:04}.xhtml"


def _closed(part: ChapterHeading | None, chapters: list[Entry]) -> list[Entry]:
    """The chapters of a part below its title; those before the first part by themselves."""
    if part is None or part.part is None:
        return chapters
    return [Entry(part_file(part), title_or_untitled(part.part), tuple(chapters))]
