"""A chapter as the paragraphs of a page, with what its reader noted under each."""

from novelgen.tui.reader.reading import BookChapter
from novelgen.tui.widgets.prose_page import Paragraph, Stretch
from storage.mark_records import MarkKind

_SIGNS = {MarkKind.NOTE: "✎", MarkKind.COMMENT: "✎", MarkKind.MARK: "⚑"}


def pages_of(chapter: BookChapter) -> list[Paragraph]:
    """The title, and every paragraph with its sign in the margin.

    Paragraph `n`, from 1, has the index `n`: comments are lines of the paragraph they are about.
    """
    title = f"{chapter.number}. {chapter.title}" if chapter.title else f"{chapter.number}"
    paragraphs = [Paragraph(title, is_title=True, is_prose=False)]
    for number, text in enumerate(chapter.paragraphs, 1):
        noted = chapter.marks.get(number, ())
        bodies = [mark.record.body for mark in noted if mark.record.body]
        told = "".join(f"\n— {body}" for body in bodies)
        stretches = (Stretch(len(text), len(text) + len(told), "note"),) if told else ()
        sign = _SIGNS[noted[0].record.kind] if noted else ""
        paragraphs.append(Paragraph(text + told, stretches, sign))
    if not chapter.paragraphs:
        told = "This chapter is not written yet."
        paragraphs.append(Paragraph(told, (Stretch(0, len(told), "note"),), is_prose=False))
    return paragraphs
