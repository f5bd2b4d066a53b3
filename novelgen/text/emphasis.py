"""Italics and bold in prose: `*italic*`, `_italic_`, `**bold**`, as Markdown has them.

Prose is stored with these marks and nothing else of Markdown: a backslash, a bracket or a number
at the start of a line is itself. A mark that is not closed, or stands between spaces, is itself
too. So every reading of prose as runs keeps its words, and none of its characters is lost but the
marks. Grammar: CommonMark, emphasis and strong emphasis, by markdown-it-py.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKS = re.compile(r"[*_]")
_OPENS = {"em_open": "is_italic", "strong_open": "is_bold"}
_CLOSES = {"em_close": "is_italic", "strong_close": "is_bold"}
_EDGES = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)
_INNER = re.compile(r"(\W*)(.*?)(\W*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look. It holds no marks; an asterisk in it is one."""

    text: str
    is_italic: bool = False
    is_bold: bool = False


def runs_of(paragraph: str) -> tuple[Run, ...]:
    """A paragraph of prose as runs; joined, their texts are the paragraph without its marks."""
    if not _MARKS.search(paragraph):
        return (Run(paragraph),) if paragraph else ()
    return joined(_read(emphasis_tokens(paragraph)))


def emphasis_tokens(paragraph: str) -> list[Token]:
    """Texts and marks of a paragraph in order; joined, contents and markup are the paragraph."""
    return _parser().parseInline(paragraph)[0].children or []


def without_marks(paragraph: str) -> str:
    """The paragraph as a reader hears it."""
    return "".join(run.text for run in runs_of(paragraph))


def marked(runs: Iterable[Run]) -> str:
    """The runs as a paragraph of prose.

    What Markdown cannot say, such as italics that end within a word behind a full stop, is said as
    nearly as it can be: the marks move over signs, or are left out. No character of a text is lost.
    """
    known = joined(runs)
    for mark in (_at_spaces, _at_letters):
        text = "".join(map(mark, known))
        if _says(text, known, is_exact=mark is _at_spaces):
            return text
    return "".join(run.text for run in known)


def joined(runs: Iterable[Run]) -> tuple[Run, ...]:
    """The runs, neighbours of the same look made one, empty ones left out."""
    return tuple(
        replace(next(iter(same)), text=text)
        for same, text in _grouped(run for run in runs if run.text)
    )


def _grouped(runs: Iterable[Run]) -> Iterator[tuple[list[Run], str]]:
    for _, group in groupby(runs, key=lambda run: (run.is_italic, run.is_bold)):
        same = list(group)
        yield same, "".join(run.text for run in same)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("zero").enable("emphasis")


def _read(tokens: Iterable[Token]) -> Iterator[Run]:
    depth = {"is_italic": 0, "is_bold": 0}
    for token in tokens:
        if token.type in _OPENS:
            depth[_OPENS[token.type]] += 1
        elif token.type in _CLOSES:
            depth[_CLOSES[token.type]] -= 1
        else:
            yield Run(token.content, depth["is_italic"] > 0, depth["is_bold"] > 0)


def _at_spaces(run: Run) -> str:
    """The run between marks; white space at its ends stays outside."""
    return _between(run, _EDGES)


def _at_letters(run: Run) -> str:
    """The run between marks; signs at its ends stay outside too."""
    return _between(run, _INNER)


def _between(run: Run, edges: re.Pattern[str]) -> str:
    found = edges.fullmatch(run.text)
    mark = "*" * (run.is_italic + 2 * run.is_bold)
    if found is None or not found[2] or not mark:
        return run.text
    return f"{found[1]}{mark}{found[2]}{mark}{found[3]}"


def _says(text: str, runs: tuple[Run, ...], *, is_exact: bool) -> bool:
    """Whether the prose reads as these runs; white space, or signs too, may be of another look."""
    read = runs_of(text)
    if "".join(run.text for run in read) != "".join(run.text for run in runs):
        return False
    ignored = str.isspace if is_exact else lambda character: not character.isalnum()
    return _looks(read, ignored) == _looks(runs, ignored)


def _looks(runs: Iterable[Run], ignored: object) -> list[tuple[str, bool, bool]]:
    assert callable(ignored)
    return [
        (character, run.is_italic, run.is_bold)
        for run in runs
        for character in run.text
        if not ignored(character)
    ]
