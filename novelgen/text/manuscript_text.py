"""A chapter as a person hands it in: a text file or an editor's buffer, made fit to be kept.

Nothing is reworded. Controls go, paragraphs are parted by one empty line, a scene break is written
one way. A paragraph may hold several lines in the file only if no empty line parts them and the
lines are short, as in text that is wrapped by hand.
"""

import re
from dataclasses import dataclass

from novelgen.errors import UsageError
from novelgen.text.sanitize import clean_text
from novelgen.text.sentences import SCENE_BREAK

_HEADING = re.compile(r"#\s+(?:chapter\s+\d+\s*[:.—-]?\s*)?(.*)", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"---\n(?:[^\n]*\n)*?---\n")
_SCENE_BREAK = re.compile(r"(?:[*#_~=-]\s*){3,}|[*#]")
_ESCAPED = re.compile(r"\\([#>+=|~`<*.)-])")
_WRAPPED_AT = 100
"""Lines of wrapped text are no longer than this; a longer one is a paragraph by itself."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A chapter's prose, and its title where the text begins with a heading."""

    text: str
    title: str | None


def read_handed_in(raw: str) -> HandedIn:
    """The chapter in a text or Markdown file; front matter of an export is passed over.

    Raises `UsageError` when there is more than one chapter in it.
    """
    lines = _FRONT_MATTER.sub("", clean_text(raw).strip("\n ")).strip("\n ").split("\n")
    title = None
    heading = _HEADING.fullmatch(lines[0].strip()) if lines else None
    if heading is not None:
        name = _ESCAPED.sub(r"\1", " ".join(heading.group(1).split()))
        title = name or None  # "# Chapter 3" names nothing new
        lines = lines[1:]
    others = [line.strip() for line in lines if line.startswith("# ")]
    if others:
        raise UsageError(
            f"The text holds a second heading, “{others[0][:60]}”.",
            "Give one chapter at a time; `novelgen export --chapters K` writes one. A line that "
            "begins with # and is prose is written \\#.",
        )
    paragraphs = [_paragraph(block) for block in _blocks(lines)]
    return HandedIn("\n\n".join(each for each in paragraphs if each), title)


def read_typed(raw: str) -> HandedIn:
    """The chapter as it stands in an editor: every line that is not empty is a paragraph.

    Nothing in it is a heading or an escape; the title stays as it is.
    """
    paragraphs = (_as_paragraph(line) for line in clean_text(raw).split("\n"))
    return HandedIn("\n\n".join(each for each in paragraphs if each), None)


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
    return _ESCAPED.sub(r"\1", _as_paragraph(" ".join(lines)))


def _as_paragraph(line: str) -> str:
    text = " ".join(line.split())
    return SCENE_BREAK if _SCENE_BREAK.fullmatch(text) else text
