"""A chapter as a person hands it in: a text file or an editor's buffer, made fit to be kept.

Nothing is reworded. Controls go, paragraphs are parted by one empty line, a scene break is written
one way. A paragraph may hold several lines in the file only if no empty line parts them and the
lines are short, as in text that is wrapped by hand. Notes of the author (`[[...]]`, over lines too)
are taken out of the prose and handed in beside it, as they were typed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from novelgen.errors import UsageError
from novelgen.text.author_notes import (
    HIDDEN,
    AnchoredNote,
    hide_notes,
    show_notes,
    split_notes,
)
from novelgen.text.markdown_escapes import unescaped
from novelgen.text.sanitize import clean_text
from novelgen.text.scene_breaks import as_paragraph

_HEADING = re.compile(r"##?\s+(?:chapter\s+\d+\s*[:.—-]?\s*)?(.*)", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"---\n(?:[^\n]*\n)*?---\n")
_WRAPPED_AT = 100
"""Lines of wrapped text are no longer than this; a longer one is a paragraph by itself."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A chapter's prose, and its title where the text begins with a heading."""

    text: str
    title: str | None
    notes: tuple[AnchoredNote, ...] = ()
    """The author's notes that stood in it."""


def read_handed_in(raw: str) -> HandedIn:
    """The chapter in a text or Markdown file; front matter of an export is passed over.

    Raises `UsageError` when there is more than one chapter in it.
    """
    text = _FRONT_MATTER.sub("", clean_text(raw).strip("\n ")).strip("\n ")
    hidden, notes = hide_notes(text)
    lines = hidden.split("\n")
    title = None
    lines = _without_part(lines)
    heading = _HEADING.fullmatch(lines[0].strip()) if lines else None
    if heading is not None:
        named = heading.group(1).replace(HIDDEN, "")
        title = unescaped(" ".join(named.split())) or None  # "# Chapter 3" names nothing
        lines = [HIDDEN * lines[0].count(HIDDEN), *lines[1:]]
    others = [line.strip() for line in lines if line.startswith("# ")]
    if others:
        raise UsageError(
            f"The text holds a second heading, “{others[0][:60]}”.",
            "Give one chapter at a time; `novelgen export --chapters K` writes one. A line that "
            "begins with # and is prose is written \\#.",
        )
    paragraphs = [_paragraph(block) for block in _blocks(lines)]
    return _handed_in(paragraphs, notes, title)


def read_typed(raw: str) -> HandedIn:
    """The chapter as it stands in an editor: every line that is not empty is a paragraph.

    Nothing in it is a heading or an escape; the title stays as it is.
    """
    hidden, notes = hide_notes(clean_text(raw))
    paragraphs = map(as_paragraph, hidden.split("\n"))
    return _handed_in(paragraphs, notes, None)


def read_pasted(raw: str) -> str:
    """Text from elsewhere, as it stands in an editor: paragraphs parted by one empty line.

    A piece of a line keeps the white space at its ends.
    """
    lines = clean_text(raw).split("\n")
    if len(lines) == 1:
        return lines[0]
    paragraphs = (as_paragraph(" ".join(block)) for block in _blocks(lines))
    return "\n\n".join(each for each in paragraphs if each)


def _without_part(lines: list[str]) -> list[str]:
    """The lines from the chapter's heading on, where that of a part stands above it."""
    told = [number for number, line in enumerate(lines) if line.strip()][:2]
    if len(told) == 2 and lines[told[0]].startswith("# ") and lines[told[1]].startswith("## "):
        return lines[told[1] :]
    return lines


def _handed_in(paragraphs: Iterable[str], notes: Sequence[str], title: str | None) -> HandedIn:
    """The chapter of paragraphs in which a character stands for each note."""
    prose, anchored = split_notes(show_notes("\n\n".join(filter(None, paragraphs)), notes))
    return HandedIn(prose, title, tuple(anchored))


def _blocks(lines: list[str]) -> list[list[str]]:
    """Lines that belong to one paragraph each."""
    is_wrapped = _is_wrapped(lines)
    blocks: list[list[str]] = [[]]
    for line in lines:
        if not line.strip() or not is_wrapped:
            blocks.append([])
        if line.strip():
            blocks[-1].append(line)
    return blocks


def _is_wrapped(lines: list[str]) -> bool:
    """Whether empty lines part paragraphs and every line is short enough to have been wrapped."""
    has_breaks = any(not line.strip() for line in lines)
    return has_breaks and all(len(line) <= _WRAPPED_AT for line in lines)


def _paragraph(lines: list[str]) -> str:
    return unescaped(as_paragraph(" ".join(lines)))
