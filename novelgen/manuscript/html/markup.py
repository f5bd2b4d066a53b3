"""Prose and headings as markup that is HTML and XHTML alike.

Whatever a person or a model wrote is text, never markup. Characters that XML forbids, or that HTML
calls an error, are left out; a paragraph in a script that runs from right to left runs so.
"""

import re
from collections.abc import Iterable, Iterator

from novelgen.manuscript.tree import ChapterHeading, is_scene_break
from novelgen.text.emphasis import Run, runs_of
from novelgen.text.sanitize import clean_line, clean_text
from novelgen.text.sentences import SCENE_BREAK

UNTITLED = "Untitled"
_NONCHARACTERS = re.compile(
    "[\ufdd0-\ufdef"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_ELEMENTS = {
    (False, False): ("", ""),
    (True, False): ("<em>", "</em>"),
    (False, True): ("<strong>", "</strong>"),
    (True, True): ("<strong><em>", "</em></strong>"),
}


def escaped(text: str) -> str:
    """One line of text, for elements and attributes; not empty space at its ends."""
    return _escaped(clean_line(text))


def title_or_untitled(title: str) -> str:
    """A title as a reader sees it; never empty."""
    return _NONCHARACTERS.sub("", clean_line(title)).strip() or UNTITLED


def heading_element(tag: str, heading: ChapterHeading) -> str:
    """A chapter's heading: its label, and its title in a line of its own.

    Read without a style sheet it is still “Chapter 3: The Letter”.
    """
    title = escaped(heading.title)
    if not heading.label or not title:
        return plain_heading(tag, heading.text)
    return (
        f'<{tag}{_direction(title)}><span class="label">{escaped(heading.label)}'
        f'<span class="colon">: </span></span><span class="title">{title}</span></{tag}>'
    )


def plain_heading(tag: str, text: str) -> str:
    """A heading in one line."""
    shown = escaped(text)
    return f'<{tag}{_direction(shown)}><span class="title">{shown}</span></{tag}>'


def prose_elements(paragraphs: Iterable[str]) -> Iterator[str]:
    """A chapter's paragraphs, a line each; the first one of a scene is marked as such."""
    is_first = True
    for paragraph in paragraphs:
        if is_scene_break(paragraph):
            yield f'<p class="scene-break" role="separator">{SCENE_BREAK}</p>\n'
            is_first = True
        else:
            name = ' class="first"' if is_first else ""
            yield f"<p{name}{_direction(paragraph)}>{prose_markup(paragraph)}</p>\n"
            is_first = False


def prose_markup(paragraph: str) -> str:
    """The inside of a paragraph: its text, its italics and its bold."""
    return "".join(map(_element, runs_of(clean_text(paragraph))))


def _element(run: Run) -> str:
    start, end = _ELEMENTS[run.is_italic, run.is_bold]
    return f"{start}{_escaped(run.text)}{end}"


def _escaped(text: str) -> str:
    return (text if text.isascii() else _NONCHARACTERS.sub("", text)).translate(_ENTITIES)


def _direction(text: str) -> str:
    is_mixed = not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None
    return ' dir="auto"' if is_mixed else ""
