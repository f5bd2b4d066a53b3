"""Reads an author's own outline: Markdown headings of any level, numbered or plain lines, YAML.

Nothing is reworded. Every heading is a chapter, but for two: a single one above all others is the
novel's title, and those that say "Part", "Book", "Act" or "Volume" above deeper ones are parts.
Text below a heading is the chapter's brief, list items are its beats, "(1,200 words)" its words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from novelgen.errors import UsageError
from novelgen.planning.document import (
    DocumentBeat,
    DocumentChapter,
    DocumentPart,
    PlanDocument,
    require_sound,
)
from novelgen.planning.document_markdown import parse_markdown
from novelgen.planning.document_yaml import parse_yaml
from novelgen.text.sanitize import clean_line, clean_text
from novelgen.text.words import count_words
from novelgen.text.yaml_reading import YamlMistake, read_yaml

_HEADING = re.compile(r"(#{1,6})\s+(.*)$")
_CLOSING = re.compile(r" #+$")
_UNDERLINE = re.compile(r"(=+|-{2,})\s*$")
_DIVISION = re.compile(r"(?:part|book|act|volume)\b[\s\w]*(?:[:.—–-]\s*(.*))?$", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:chapter\s+)?(\d{1,4})(?:[.):]|\s*[—–-])\s+(.*)$", re.IGNORECASE)
_CHAPTER_NUMBER = re.compile(r"chapter\s+(\d{1,4}|[a-z-]+)\s*[:.—–-]\s*(.+)$", re.IGNORECASE)
_ITEM = re.compile(r"(?:[-*+•]|\d{1,4}[.)])\s+(.*)$")
_WORDS = re.compile(r"\s*\(\s*([\d.,]{0,12}\d)\s+words?\s*\)\s*$", re.IGNORECASE)
_DOCUMENT_CHAPTER = re.compile(r"^##\s+Chapter\s+\d+", re.MULTILINE | re.IGNORECASE)
_SPLIT = re.compile(r"\s*[:—–]\s+|\s+-\s+")
_MAX_TITLE_WORDS = 10
_TITLE_WORDS = 6
_TITLES_SHOWN = 8


@dataclass(slots=True)
class _Entry:
    """A chapter while its lines are read."""

    line: int
    title: str
    words: int | None = None
    brief: list[str] = field(default_factory=list)
    beats: list[str] = field(default_factory=list)
    level: int = 0


def read_outline(text: str, *, is_yaml: bool = False) -> PlanDocument:
    """The chapters of an outline, in order. A plan document is read as one.

    Raises `PlanMistake`, which names the line, and `UsageError` when there is no chapter.
    """
    text = clean_text(text).lstrip("\n")
    if is_yaml or _is_yaml(text):
        return _unnumbered(parse_yaml(text))
    if _DOCUMENT_CHAPTER.search(text):
        document = _as_document(text)
        if document is not None:
            return _unnumbered(document)
    matter, lines = _front_matter(text.split("\n"))
    entries, lead = _headings(lines)
    if not entries:
        entries, lead = _numbered(lines), []
    if not entries:
        entries = [_plain_line(line, at) for at, line in enumerate(lines, 1) if line.strip()]
    if not entries:
        raise UsageError("The outline is empty.", "Give a heading or a line for every chapter.")
    title, entries, told = _without_title(entries)
    premise = clean_line(matter.get("premise", "")) or clean_line(" ".join([*lead, *told]))
    title = clean_line(matter.get("title", "")) or title
    return require_sound(PlanDocument(_parts(entries), title=title, premise=premise))


def premise_of(document: PlanDocument) -> str:
    """A premise for an outline that came without one, out of the author's own words."""
    briefs = [chapter.brief for chapter in document.chapters if chapter.brief]
    if briefs:
        ends = f" In the end: {briefs[-1]}" if len(briefs) > 1 else ""
        return f"{briefs[0]}{ends}"
    titles = [chapter.title for chapter in document.chapters if chapter.title]
    named = ", ".join(f"“{title}”" for title in titles[:_TITLES_SHOWN])
    more = " and more" if len(titles) > _TITLES_SHOWN else ""
    return f"A story told in {len(document.chapters)} chapters: {named}{more}."


def _is_yaml(text: str) -> bool:
    """Whether an object or a list of objects begins on the first line with anything in it."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    return bool(
        re.match(r"(?:chapters|parts|title|novel|characters|version):(?:\s|$)", first)
    ) and (bool(re.search(r"^(?:chapters|parts):", text, re.MULTILINE)))


def _as_document(text: str) -> PlanDocument | None:
    """A plan document; None where the text only looks like one, and is an outline."""
    others = re.findall(r"^#{1,6}\s.*$", text, re.MULTILINE)
    is_document = all(
        re.match(r"##\s+Chapter\s+\d+|#\s+Part\b", line, re.IGNORECASE) for line in others
    )
    return parse_markdown(text) if is_document else None


def _unnumbered(document: PlanDocument) -> PlanDocument:
    """Chapters count in the order in which they stand."""
    number = 0
    parts = []
    for part in document.parts:
        chapters = []
        for each in part.chapters:
            number += 1
            chapters.append(replace(each, number=number))
        parts.append(DocumentPart(part.title, part.brief, tuple(chapters)))
    return PlanDocument(
        tuple(parts), document.characters, document.places, document.title, document.premise
    )


def _headings(lines: Sequence[str]) -> tuple[list[_Entry], list[str]]:
    """The headings with what stands below them, and the text before the first one."""
    entries: list[_Entry] = []
    lead: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        found = _HEADING.match(line)
        below = lines[at + 1].strip() if at + 1 < len(lines) else ""
        underlined = _UNDERLINE.match(below) if line and not _ITEM.match(line) else None
        if found is not None:
            entries.append(_entry(at + 1, _CLOSING.sub("", found.group(2)), len(found.group(1))))
        elif underlined is not None and not line.startswith("#") and line != "---":
            entries.append(_entry(at + 1, line, 1 if below.startswith("=") else 2))
            at += 1
        elif not entries:
            lead.append(line)
        else:
            _add(entries[-1], line, is_indented=lines[at][:1].isspace())
        at += 1
    return entries, lead


def _front_matter(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """The texts in the front matter, and the lines with empty ones in its place."""
    ends = [at for at, line in enumerate(lines) if line.strip() == "---"]
    if len(ends) < 2 or ends[0] != 0:
        return {}, lines
    try:
        told = read_yaml("\n".join(lines[1 : ends[1]])).value
    except YamlMistake:
        return {}, lines
    if not isinstance(told, dict):
        return {}, lines
    texts = {str(key): str(value) for key, value in told.items() if value}
    return texts, [""] * (ends[1] + 1) + lines[ends[1] + 1 :]


def _numbered(lines: Sequence[str]) -> list[_Entry]:
    """A numbered list: every number at the margin is a chapter."""
    entries: list[_Entry] = []
    for at, line in enumerate(lines, start=1):
        found = _NUMBERED.match(line)
        if found is not None:
            entries.append(_titled_line(at, found.group(2)))
        elif entries and line.strip():
            _add(entries[-1], line.strip(), is_indented=line[:1].isspace())
        elif line.strip():
            return []
    return entries


def _add(entry: _Entry, line: str, *, is_indented: bool) -> None:
    item = _ITEM.match(line)
    if item is not None:
        entry.beats.append(item.group(1))
    elif line and entry.beats and is_indented:
        entry.beats[-1] += f" {line}"
    elif line:
        entry.brief.append(line)


def _entry(at: int, text: str, level: int) -> _Entry:
    title, words = _with_words(clean_line(text))
    return _Entry(at, title, words, level=level)


def _titled_line(at: int, text: str) -> _Entry:
    """ "The Bottle: Mara finds it." is a title and a brief; a long line is a brief alone."""
    told, words = _with_words(clean_line(text))
    told = told.replace("**", "")
    parts = _SPLIT.split(told, maxsplit=1)
    if len(parts) == 2 and count_words(parts[0]) <= _MAX_TITLE_WORDS and parts[1]:
        return _Entry(at, parts[0], words, [parts[1]])
    if count_words(told) <= _MAX_TITLE_WORDS:
        return _Entry(at, told, words)
    return _Entry(at, _title_of(told), words, [told])


def _plain_line(line: str, at: int) -> _Entry:
    item = _ITEM.match(line.strip())
    return _titled_line(at, item.group(1) if item else line)


def _title_of(line: str) -> str:
    clause = re.split(r"[,.;:!?—–]", line, maxsplit=1)[0].strip()
    if 0 < count_words(clause) <= _TITLE_WORDS:
        return clause
    return " ".join(line.split()[:_TITLE_WORDS]) + "…"


def _with_words(text: str) -> tuple[str, int | None]:
    found = _WORDS.search(text)
    if found is None:
        return text, None
    return text[: found.start()], int(re.sub("[.,]", "", found.group(1)))


def _without_title(entries: list[_Entry]) -> tuple[str, list[_Entry], list[str]]:
    """The novel's title, where the first heading alone stands above all others, and the text
    below it."""
    first, others = entries[0], entries[1:]
    levels = {entry.level for entry in others}
    is_title = (
        first.level > 0
        and first.words is None
        and len(others) > 1
        and min(levels) > first.level
        and not _CHAPTER_NUMBER.match(first.title)
        and not _DIVISION.match(first.title)
    )
    has_one_level = len(levels) == 1 or any(_DIVISION.match(each.title) for each in others)
    if not (is_title and has_one_level):
        return "", entries, []
    return first.title, others, [*first.brief, *first.beats]


def _parts(entries: Sequence[_Entry]) -> tuple[DocumentPart, ...]:
    tops = min(entry.level for entry in entries)
    is_parted = any(entry.level > tops for entry in entries) and all(
        _DIVISION.match(entry.title) for entry in entries if entry.level == tops
    )
    parts: list[tuple[_Entry | None, list[DocumentChapter]]] = []
    number = 0
    for entry in entries:
        if is_parted and entry.level == tops:
            parts.append((entry, []))
            continue
        if not parts:
            parts.append((None, []))
        number += 1
        parts[-1][1].append(_chapter(entry, number))
    return tuple(
        DocumentPart(
            _division_title(head.title) if head else "",
            clean_line(" ".join([*head.brief, *head.beats])) if head else "",
            tuple(chapters),
        )
        for head, chapters in parts
        if chapters
    )


def _division_title(title: str) -> str:
    """Of "Part One: The Letter" the rest is kept, "Part One" as it is."""
    found = _DIVISION.match(title)
    return (found.group(1) if found else "") or title


def _chapter(entry: _Entry, number: int) -> DocumentChapter:
    beats = []
    for told in entry.beats:
        brief, words = _with_words(clean_line(told))
        if brief:
            beats.append(DocumentBeat(brief, words))
    return DocumentChapter(
        number,
        _without_number(entry.title, number),
        entry.words,
        clean_line(" ".join(entry.brief)),
        beats=tuple(beats),
        line=entry.line,
    )


def _without_number(title: str, number: int) -> str:
    """Of "Chapter 3: The Mill", or "3. The Mill", the number goes where it is the chapter's own."""
    found = _CHAPTER_NUMBER.match(title) or _NUMBERED.match(title)
    if found is None:
        return title
    is_own = found.group(1) == str(number) or not found.group(1).isdecimal()
    return found.group(2) if is_own else title
