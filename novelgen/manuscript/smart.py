"""A manuscript as a printer sets it: curly quotation marks, real dashes, an ellipsis.

Its words stay the words they were, and its scene breaks stay.
"""

from collections.abc import Iterator
from dataclasses import replace

from novelgen.manuscript.tree import ChapterHeading, Manuscript, is_scene_break
from novelgen.text.smart_marks import smartened


def smartened_manuscript(manuscript: Manuscript) -> Manuscript:
    """The manuscript with smart marks in titles, byline and prose; its chapters are streamed."""
    chapters = manuscript.chapters
    return replace(
        manuscript,
        title=smartened(manuscript.title),
        author=smartened(manuscript.author),
        contents=tuple(map(_heading, manuscript.contents)),
        chapters=(
            replace(
                chapter,
                heading=_heading(chapter.heading),
                paragraphs=tuple(_paragraphs(chapter.paragraphs)),
            )
            for chapter in chapters
        ),
    )


def _heading(heading: ChapterHeading) -> ChapterHeading:
    part = None if heading.part is None else smartened(heading.part)
    return replace(heading, title=smartened(heading.title), part=part)


def _paragraphs(paragraphs: tuple[str, ...]) -> Iterator[str]:
    return (each if is_scene_break(each) else smartened(each) for each in paragraphs)
