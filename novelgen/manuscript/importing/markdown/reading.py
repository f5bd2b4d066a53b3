"""A Markdown file into blocks: CommonMark, as `markdown-it-py` reads it.

What a novel has no use for becomes paragraphs: lists with their numbers or bullets, quotations,
code a paragraph a line. A line of dashes under a whole paragraph ends a scene; under a short one it
makes a heading. Where a person has typed long paragraphs without empty lines between them, a line
is a paragraph. The file is read in pieces, so that no more is held than its blocks.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from novelgen.manuscript.importing.blocks import (
    Block,
    Break,
    Draft,
    Paragraph,
    heading_of_lines,
)
from novelgen.manuscript.importing.markdown.front_matter import take_front_matter
from novelgen.manuscript.importing.markdown.inline import InlineReader
from novelgen.manuscript.importing.markdown.line_paragraphs import are_paragraphs
from novelgen.manuscript.importing.paragraphs import Line
from novelgen.text.sanitize import clean_text

_PIECE_LINES, _MAX_PIECE_LINES = 5_000, 50_000
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]{1,200}\]:[^\n]*(?:\n|\Z)", re.MULTILINE)
_MAX_DEFINITIONS = 10_000
_ATTRIBUTES = re.compile(r"\s*\{[#.][^{}]*\}$")
_FENCED_DIV = re.compile(r"^:{3,}[^\n]*(?:\n|\Z)", re.MULTILINE)
_LONGEST_HEADING = 150
_ENDS_SENTENCE = re.compile(r"[.!?…][\"”'’*_)]*$")


def add_markdown(raw: str, draft: Draft) -> None:
    """Put the blocks of a Markdown file to a draft, and what its front matter says."""
    text = take_front_matter(clean_text(raw), draft)
    inline = InlineReader(_parser(), {}, keeps_marks=draft.is_own)
    if not draft.is_own:
        text = _FENCED_DIV.sub("", text)
    definitions = [found.group() for found in _DEFINITION.finditer(text)][:_MAX_DEFINITIONS]
    if definitions:
        _parser().parse("\n".join(definitions), inline.env)
    lines = text.split("\n")
    parts_lines = not draft.is_own and are_paragraphs(lines)
    for piece in _pieces(lines):
        tokens = _parser().parse("\n".join(piece), inline.env)
        blocks = _Blocks(inline, is_own=draft.is_own, parts_lines=parts_lines)
        draft.blocks += blocks.read(tokens)
    draft.num_pictures += inline.num_pictures


@cache
def _parser() -> MarkdownIt:
    """Blocks only: what is in them is read one by one."""
    parser = MarkdownIt("commonmark")
    parser.core.ruler.disable(["inline", "text_join"])
    return parser


def _pieces(lines: Sequence[str]) -> Iterator[Sequence[str]]:
    """Stretches of lines that end before an empty one."""
    start = 0
    while start < len(lines):
        end = min(start + _PIECE_LINES, len(lines))
        limit = min(start + _MAX_PIECE_LINES, len(lines))
        while end < limit and lines[end].strip():
            end += 1
        yield lines[start:end]
        start = end


class _Blocks:
    """Reads the tokens of a piece."""

    def __init__(self, inline: InlineReader, *, is_own: bool, parts_lines: bool) -> None:
        self._inline = inline
        self._is_own = is_own
        self._parts_lines = parts_lines
        self._mark = ""
        """The bullet or number of a list item whose text has not begun."""

    def read(self, tokens: Sequence[Token]) -> Iterator[Block]:
        """The blocks, in order."""
        for at, token in enumerate(tokens):
            kind = token.type
            if kind == "inline":
                yield from self._inline_block(tokens[at - 1], token)
            elif kind == "hr":
                yield Break()
            elif kind == "list_item_open":
                yield from self._left_mark()
                self._mark = f"{token.info}{token.markup} "
            elif kind == "list_item_close":
                yield from self._left_mark()
            elif kind == "fence":
                yield from self._verbatim(token.content)
            elif kind == "code_block":
                for line in token.content.split("\n"):
                    yield from self._paragraphs(line)
            elif kind == "html_block":
                yield from self._html(token.content)

    def _inline_block(self, opening: Token, token: Token) -> Iterator[Block]:
        if opening.type == "heading_open":
            yield from self._heading(opening, token.content)
        else:
            yield from self._paragraphs(token.content)

    def _heading(self, opening: Token, content: str) -> Iterator[Block]:
        is_underlined = not opening.markup.startswith("#")
        is_prose = len(content) > _LONGEST_HEADING or _ENDS_SENTENCE.search(content)
        if is_underlined and is_prose and not self._is_own:
            yield from self._paragraphs(content)
            yield Break()
            return
        if not self._is_own:
            content = _ATTRIBUTES.sub("", content)
        lines = [line.plain for line in self._inline.lines(content)]
        if lines:
            yield heading_of_lines(int(opening.tag[1:]), lines)
        else:
            yield Break()  # a lone #, as manuscripts have it

    def _paragraphs(self, content: str) -> Iterator[Block]:
        for part in content.split("\n") if self._parts_lines else [content]:
            for line in self._inline.lines(part):
                yield self._paragraph(line)

    def _paragraph(self, line: Line) -> Paragraph:
        mark, self._mark = self._mark, ""
        return Paragraph(mark + line.text, stands_out=line.is_bold, is_verbatim=self._is_own)

    def _left_mark(self) -> Iterator[Block]:
        """The bullet or number of an item without text, such as “12.” in a line of its own."""
        mark, self._mark = self._mark.strip(), ""
        if mark:
            yield Paragraph(mark)

    def _verbatim(self, content: str) -> Iterator[Block]:
        for line in content.split("\n"):
            text = " ".join(line.split())
            if text:
                yield Paragraph(text, is_verbatim=True)

    def _html(self, content: str) -> Iterator[Block]:
        from novelgen.manuscript.importing.html.fragments import blocks_of_fragment

        blocks, num_pictures = blocks_of_fragment(content)
        self._inline.num_pictures += num_pictures
        yield from blocks
