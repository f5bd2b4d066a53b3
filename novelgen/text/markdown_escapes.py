"""Prose as Markdown that says just that: what would be read as anything else is escaped.

Holds for CommonMark and for pandoc's Markdown. Italics and bold of the prose stay as they are. The
number of words does not change, and a Markdown reader gives the same characters back.
"""

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from novelgen.text.emphasis import emphasis_tokens

# Where pandoc alone knows a sign, it counts only where pandoc would take it.
_INLINE = re.compile(
    r"[\\`*\[\]~^]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # within a word it is nothing
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=\w+;|#)"
    r"|(?<!\w)@(?=[\w{])"
)
_IN_HEADINGS = re.compile(r"[#{]")
_DOLLAR = re.compile(r"\$")
_BLOCK = re.compile(r"[#>+=|:-]")
_LISTED = re.compile(
    r"\(?(?:#|@[\w-]*|\d+|[a-z]|[ivxlcdm]+|[IVXLCDM]{2,})(?=[.)](?:\s|$))"
    r"|\(?[A-Z](?=\)(?:\s|$))"
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def escaped_paragraph(paragraph: str) -> str:
    """A paragraph of prose as one of Markdown. It holds no line break."""
    if not paragraph:
        return ""
    tokens = emphasis_tokens(paragraph)
    text = "".join(token.markup or _inline(token.content, paragraph) for token in tokens)
    if len(tokens) > 1 and not _says(text, tokens):
        text = _inline(paragraph, paragraph)
    if _BLOCK.match(text):
        return f"\\{text}"
    listed = _LISTED.match(text)
    return text if listed is None else f"{text[: listed.end()]}\\{text[listed.end() :]}"


def escaped_line(line: str) -> str:
    """A line without italics, such as a title, for a heading."""
    return _IN_HEADINGS.sub(r"\\\g<0>", _inline(line, line))


def unescaped(text: str) -> str:
    """Markdown's escapes taken out."""
    return _ESCAPE.sub(r"\1", text)


def _inline(text: str, paragraph: str) -> str:
    text = _INLINE.sub(r"\\\g<0>", text)
    # pandoc reads a formula between two of them.
    return _DOLLAR.sub(r"\\$", text) if paragraph.count("$") > 1 else text


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark")


def _says(text: str, tokens: list[Token]) -> bool:
    """Whether Markdown reads the escaped text with the marks where the prose has them."""
    read = _parser().parseInline(text)[0].children or []
    return _parts(read) == _parts(tokens)


def _parts(tokens: list[Token]) -> list[tuple[str, str]]:
    """Kinds and texts, neighbouring texts joined."""
    parts: list[tuple[str, str]] = []
    for token in tokens:
        if token.type == "text" and parts and parts[-1][0] == "text":
            parts[-1] = ("text", parts[-1][1] + token.content)
        elif token.type != "text" or token.content:
            parts.append((token.type, token.content))
    return parts
