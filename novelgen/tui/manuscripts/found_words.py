"""What was found in a manuscript, in words: its chapters, and what a person should know of it."""

from collections.abc import Iterator, Sequence

from textual.content import Content

from novelgen.manuscript.importing.values import ImportedChapter
from novelgen.tui.library.novel_words import counted, shortened
from novelgen.tui.manuscripts.reading import ReadManuscript

_REMARKS_SHOWN = 20
_TITLE_CELLS = 40
_FIRST_WORDS = 6


def found_told(read: ReadManuscript) -> Content:
    """Its length, its remarks, and a line a chapter."""
    chapters = read.manuscript.chapters
    count = f"{counted(len(chapters), 'chapter')}, {counted(read.words, 'word')}"
    lines = [Content.styled(count, "bold $primary"), *remarks_told(read.manuscript.remarks)]
    notes = sum(len(chapter.notes) for chapter in chapters)
    if notes:
        told = f"✎ {counted(notes, 'comment or change', 'comments and changes')} beside the text."
        lines.append(Content(told))
    return Content("\n").join([*lines, Content(""), *_chapters(read)])


def remarks_told(remarks: Sequence[str]) -> Iterator[Content]:
    """What a person should know of the file, a line each."""
    for remark in remarks[:_REMARKS_SHOWN]:
        yield Content.assemble(("· ", "$primary"), remark)
    more = len(remarks) - _REMARKS_SHOWN
    if more > 0:
        yield Content(f"and {counted(more, 'remark')} more")


def chapter_called(chapter: ImportedChapter) -> str:
    """A chapter by its title, its number, or its first words."""
    if chapter.title:
        return chapter.title
    if chapter.number is not None:
        return f"Chapter {chapter.number}"
    return f"{' '.join(chapter.text.split()[:_FIRST_WORDS])} …"


def _chapters(read: ReadManuscript) -> Iterator[Content]:
    for number, (chapter, words) in enumerate(
        zip(read.manuscript.chapters, read.chapter_words, strict=True), 1
    ):
        if chapter.part:
            yield Content.styled(f"      {shortened(chapter.part, _TITLE_CELLS)}", "bold")
        yield Content.assemble(
            (f"{number:>4}  ", "$text-muted"),
            shortened(chapter_called(chapter), _TITLE_CELLS),
            (f"  {counted(words, 'word')}", "$text-muted"),
        )
