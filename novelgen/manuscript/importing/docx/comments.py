"""Comments and footnotes of a Word file, by their ids. Replies stand below what they answer."""

from collections.abc import Iterator
from dataclasses import dataclass

from novelgen.manuscript.importing.blocks import Comment
from novelgen.manuscript.importing.xml_parsing import Element, attribute, name_of
from novelgen.text.sanitize import clean_line, clean_text

_SEPARATORS = frozenset({"separator", "continuationSeparator", "continuationNotice"})
_BETWEEN = "\n\n"


@dataclass(frozen=True, slots=True)
class _Said:
    identity: str
    paragraph: str
    """The id of its last paragraph, by which others answer it."""
    author: str
    text: str


def read_comments(root: Element | None, threads: Element | None) -> dict[str, Comment]:
    """The comments by id; `threads` is the part that knows which answer which."""
    said = list(_said(root)) if root is not None else []
    by_paragraph = {each.paragraph: each for each in said if each.paragraph}
    above, resolved = _threads(threads)
    answers: dict[str, list[_Said]] = {}
    for each in said:
        first = by_paragraph.get(above.get(each.paragraph, ""))
        if first is not None and first is not each:
            answers.setdefault(first.identity, []).append(each)
    replies = {each.identity for group in answers.values() for each in group}
    return {
        each.identity: Comment(each.author, _body(each, answers, resolved))
        for each in said
        if each.identity not in replies
    }


def read_footnotes(root: Element | None) -> dict[str, str]:
    """The texts of footnotes or endnotes by id."""
    return {
        attribute(note, "id"): _text(note)
        for note in (() if root is None else root)
        if attribute(note, "type") not in _SEPARATORS and _text(note)
    }


def _said(root: Element) -> Iterator[_Said]:
    for element in root:
        if name_of(element) != "comment":
            continue
        ids = [attribute(each, "paraId") for each in element.iter() if name_of(each) == "p"]
        author = clean_line(attribute(element, "author"))
        last = ids[-1] if ids else ""
        yield _Said(attribute(element, "id"), last, author, _text(element))


def _threads(root: Element | None) -> tuple[dict[str, str], set[str]]:
    """By the last paragraphs of comments: which they answer, and which are resolved."""
    above: dict[str, str] = {}
    resolved: set[str] = set()
    for each in () if root is None else root:
        paragraph = attribute(each, "paraId")
        if attribute(each, "paraIdParent"):
            above[paragraph] = attribute(each, "paraIdParent")
        if attribute(each, "done") in ("1", "true"):
            resolved.add(paragraph)
    return above, resolved


def _body(said: _Said, answers: dict[str, list[_Said]], resolved: set[str]) -> str:
    text = f"(resolved) {said.text}" if said.paragraph in resolved else said.text
    replies = [
        f"{each.author}: {each.text}" if each.author else each.text
        for each in answers.get(said.identity, [])
    ]
    return _BETWEEN.join([text, *replies])


def _text(element: Element) -> str:
    """The paragraphs in an element."""
    lines = (_line(each) for each in element.iter() if name_of(each) == "p")
    return _BETWEEN.join(filter(None, lines))


def _line(paragraph: Element) -> str:
    parts = []
    for each in paragraph.iter():
        name = name_of(each)
        if name == "t":
            parts.append(each.text or "")
        elif name in ("tab", "br", "cr"):
            parts.append(" ")
    return " ".join(clean_text("".join(parts)).split())
