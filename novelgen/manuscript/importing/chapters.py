"""Chapters and parts out of a stream of headings, paragraphs and scene breaks.

A heading with prose under it is a chapter's, one with another heading under it a part's, the first
of all the book's. What no reader would call the novel, such as a title page, is left out and told.
"""

from collections.abc import Iterator, Sequence

from novelgen.errors import UsageError
from novelgen.manuscript.importing.blocks import Draft
from novelgen.manuscript.importing.chapter_building import Building
from novelgen.manuscript.importing.counts import counted
from novelgen.manuscript.importing.gutenberg import without_licence_pages
from novelgen.manuscript.importing.heading_titles import with_titles
from novelgen.manuscript.importing.levels import chapter_level
from novelgen.manuscript.importing.pages_around import without_pages_around
from novelgen.manuscript.importing.scene_gaps import with_breaks
from novelgen.manuscript.importing.sections import Section, sections_of
from novelgen.manuscript.importing.typed_headings import with_typed_headings
from novelgen.manuscript.importing.values import ImportedManuscript
from novelgen.text.sanitize import clean_line


def manuscript_of(draft: Draft, where: str) -> ImportedManuscript:
    """The manuscript in a draft; `where` it comes from is said in errors.

    Raises `UsageError` when there are no words in it.
    """
    building = Building(draft)
    if draft.is_own:
        building.add_own(sections_of(draft.blocks))
    else:
        sections = _sections(draft)
        building.add_all(sections, chapter_level(sections))
    chapters = building.finished()
    draft.remarks += _left_out(draft, building)
    if not chapters:
        raise UsageError(
            f"There are no words in {where}.", "Name a file that holds the text of a novel."
        )
    return ImportedManuscript(
        chapters,
        clean_line(draft.title) or clean_line(draft.title_hint),
        clean_line(draft.author) or clean_line(draft.author_hint),
        draft.target_words,
        tuple(draft.remarks),
    )


def _left_out(draft: Draft, building: Building) -> Iterator[str]:
    comments = {edge.comment for block in draft.blocks for edge in block.edges}
    lost = len(comments - building.placed)
    if lost:
        yield f"Left out with the pages that they stand on: {counted(lost, 'note')}."
    for number, noun in ((draft.num_pictures, "picture"), (draft.num_footnotes, "footnote")):
        if number:
            yield f"Left out: {counted(number, noun)}."


def _sections(draft: Draft) -> Sequence[Section]:
    draft.blocks = without_licence_pages(draft.blocks)
    blocks = with_titles(with_typed_headings(draft.blocks))
    return without_pages_around(sections_of(with_breaks(blocks)), draft)
