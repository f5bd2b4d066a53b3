"""The text within a Markdown paragraph: emphasis kept as it was typed, all else made plain text.

Links are their text, pictures are counted and left out, `<i>` and `<b>` are emphasis, other HTML is
dropped, a line break parts paragraphs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from novelgen.manuscript.importing.paragraphs import Line, lines_of
from novelgen.text.emphasis import Run, runs_of
from novelgen.text.markdown_escapes import unescaped

_SPECIAL = re.compile(r"[\\`*_\[\]<>&!\n]|  |://")
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*)")
_ITALIC, _BOLD = frozenset({"i", "em"}), frozenset({"b", "strong"})
_EMPHASIS = {"em_open": "i", "strong_open": "b", "em_close": "/i", "strong_close": "/b"}
_MAX_CHARS = 100_000
"""Nothing is looked for in a longer paragraph, which no person has typed."""


@dataclass(slots=True)
class InlineReader:
    """Reads paragraphs, and counts the pictures that it leaves out."""

    parser: MarkdownIt
    env: dict[str, object]
    """The definitions of links in the file."""
    keeps_marks: bool
    """Whether marks are kept as they were typed, whatever prose reads them as."""
    num_pictures: int = 0

    def lines(self, content: str) -> Iterator[Line]:
        """The paragraph, or several where it has line breaks."""
        if not _SPECIAL.search(content):
            yield from lines_of([Run(content)])
        elif len(content) > _MAX_CHARS:
            yield from lines_of([Run(unescaped(content.replace("\n", " ")))])
        else:
            yield from self._read(content)

    def _read(self, content: str) -> Iterator[Line]:
        tokens: list[Token] = []
        self.parser.inline.parse(content, self.parser, self.env, tokens)
        text = _Text()
        for token in tokens:
            if token.type == "image":
                self.num_pictures += 1
            text.add(token)
        lines = list(lines_of(text.runs))
        typed = " ".join("".join(text.typed).split())
        if len(lines) == 1 and text.is_typed and self._is_said(lines[0], typed):
            lines = [replace(lines[0], text=typed)]
        yield from lines

    def _is_said(self, line: Line, typed: str) -> bool:
        """Whether the prose as typed reads as the paragraph does."""
        return line.text != typed and (self.keeps_marks or runs_of(typed) == runs_of(line.text))


@dataclass(slots=True)
class _Text:
    """A paragraph as it grows."""

    runs: list[Run] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    is_typed: bool = True
    """Whether `typed` is the paragraph as prose would have it."""
    _italic: int = 0
    _bold: int = 0

    def add(self, token: Token) -> None:
        if token.type in _EMPHASIS:
            self.typed.append(token.markup)
            self._turn(_EMPHASIS[token.type])
        elif token.type == "html_inline":
            self._add_tag(token.content)
        elif token.type == "hardbreak":
            self._add_break()
        elif token.type == "softbreak":
            self._add_text(" ")
        elif token.type != "image":
            self._add_text(token.content)

    def _add_text(self, content: str) -> None:
        self.runs.append(Run(content.replace("\n", " "), self._italic > 0, self._bold > 0))
        self.typed.append(content)

    def _add_break(self) -> None:
        self.runs.append(Run("\n"))
        self.is_typed = False

    def _add_tag(self, tag: str) -> None:
        found = _TAG.match(tag)
        name = found["name"].lower() if found is not None else ""
        if name == "br":
            self._add_break()
        elif found is not None and name in _ITALIC | _BOLD:
            self._turn(found["end"] + ("i" if name in _ITALIC else "b"))
            self.is_typed = False

    def _turn(self, change: str) -> None:
        by = -1 if change.startswith("/") else 1
        if change.endswith("i"):
            self._italic = max(0, self._italic + by)
        else:
            self._bold = max(0, self._bold + by)
