r"""Plan documents in Markdown: `# Part 1: Title`, `## Chapter 3: Title (3,200 words)`, briefs as
paragraphs, scenes as list items, people and places in two lists at the top.

A backslash before a mark makes it plain text, as in Markdown: `\# no heading`.
"""

import re
from collections.abc import Iterator, Sequence

import yaml

from novelgen.planning.document import (
    DocumentBeat,
    DocumentChapter,
    DocumentMember,
    DocumentPart,
    PlanDocument,
    PlanMistake,
    require_sound,
)
from novelgen.text.sanitize import clean_line, clean_text
from novelgen.text.yaml_reading import YamlMistake, read_yaml

_WORDS = re.compile(r"\s*(?<!\\)\(\s*([\d.,]{0,12}\d)\s+words?\s*\)\s*$", re.IGNORECASE)
_PART = re.compile(r"#\s+Part(?:\s+(\d{1,9}))?\s*(?::\s*(.*))?$", re.IGNORECASE)
_CHAPTER = re.compile(r"##\s+Chapter(?:\s+(\d{1,9}))?\s*(?::\s*(.*))?$", re.IGNORECASE)
_LIST = re.compile(r"(Characters|Places):\s*(.*)$", re.IGNORECASE)
_BEAT_LINE = re.compile(r"(With|At):\s*(.*)$", re.IGNORECASE)
_ITEM = re.compile(r"(?:[-*+]|\d{1,4}[.)])\s+(.*)$")
_BLOCK_START = re.compile(
    r"(?=[#>*+-])|(?=(?:Characters|Places|With|At):)|\d{1,4}(?=[.)](?:\s|$))", re.IGNORECASE
)
_ESCAPED = re.compile(r"\\([^\w\s])")
_HEADING_EXPECTED = "`# Part 1: Title`, or `## Chapter 3: Title (3,200 words)`"
_KEYS = ("novel", "title", "premise", "version")
_SHOWN = 60


def render_markdown(document: PlanDocument) -> str:
    """The document as Markdown, ending with a newline."""
    return "\n".join(_rendered(document)) + "\n"


def parse_markdown(text: str) -> PlanDocument:
    """The document in a Markdown text. Raises `PlanMistake`, which names the line."""
    return require_sound(_Reader(text).read())


def _rendered(document: PlanDocument) -> Iterator[str]:
    matter = {
        "novel": document.title,
        "premise": document.premise,
        "version": document.version,
    }
    told = {key: value for key, value in matter.items() if value}
    if told:
        dumped = yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=10_000)
        yield f"---\n{dumped}---\n"
    for name, members in (("Characters", document.characters), ("Places", document.places)):
        if members:
            yield f"{name}:\n"
            for member in members:
                note = f": {_escaped(member.description)}" if member.description else ""
                yield f"- {_escaped(member.name)}{note}"
            yield ""
    is_parted = len(document.parts) > 1 or any(part.title or part.brief for part in document.parts)
    number = 0
    for index, part in enumerate(document.parts, start=1):
        if is_parted:
            yield f"# Part {index}{_titled(part.title)}\n"
            if part.brief:
                yield f"{_paragraph(part.brief)}\n"
        for chapter in part.chapters:
            number += 1
            yield from _chapter(chapter, chapter.number or number)


def _chapter(chapter: DocumentChapter, number: int) -> Iterator[str]:
    yield f"## Chapter {number}{_titled(chapter.title)}{_words(chapter.words)}\n"
    if chapter.brief:
        yield f"{_paragraph(chapter.brief)}\n"
    if chapter.characters:
        yield f"Characters: {', '.join(map(_escaped, chapter.characters))}"
    if chapter.places:
        yield f"Places: {', '.join(map(_escaped, chapter.places))}"
    if chapter.characters or chapter.places:
        yield ""
    for beat in chapter.beats:
        yield f"- {_paragraph(beat.brief)}{_words(beat.words)}"
        if beat.characters:
            yield f"  With: {', '.join(map(_escaped, beat.characters))}"
        if beat.place:
            yield f"  At: {_escaped(beat.place)}"
    if chapter.beats:
        yield ""


def _titled(title: str) -> str:
    return f": {_escaped(title)}" if title else ""


def _words(words: int | None) -> str:
    if words is None:
        return ""
    return " (1 word)" if words == 1 else f" ({words:,} words)"


def _escaped(text: str) -> str:
    doubled = text.replace("\\", "\\\\")
    return re.sub(
        r"\((?=\s*[\d.,]{0,12}\d\s+words?\s*\)\s*$)", r"\\(", doubled, flags=re.IGNORECASE
    )


def _paragraph(text: str) -> str:
    escaped = _escaped(text)
    match = _BLOCK_START.match(escaped)
    if match is None:
        return escaped
    if match.end() == 0 and escaped[0].isalpha():  # "With:" is plain text behind "With\:"
        return escaped.replace(":", "\\:", 1)
    return f"{escaped[: match.end()]}\\{escaped[match.end() :]}"


class _Reader:
    """Reads a document line by line."""

    def __init__(self, text: str) -> None:
        self._lines = [" ".join(line.split()) for line in clean_text(text).split("\n")]
        self._matter: dict[str, object] = {}
        self._members: dict[str, list[DocumentMember]] = {"characters": [], "places": []}
        self._parts: list[dict[str, object]] = []
        self._chapters: list[list[DocumentChapter]] = []
        self._has_parts = False

    def read(self) -> PlanDocument:
        at = self._front_matter()
        while at < len(self._lines):
            line = self._lines[at].strip()
            if not line:
                at += 1
            elif found := _PART.match(line):
                at = self._part(at, found)
            elif line.startswith("##") and _CHAPTER.match(_WORDS.sub("", line)):
                at = self._chapter(at)
            elif line.startswith("#"):
                raise self._mistake(at, _HEADING_EXPECTED)
            elif (listed := _LIST.match(line)) and not self._chapters:
                at = self._list(at, listed)
            else:
                raise self._mistake(at, f"`Characters:`, `Places:`, {_HEADING_EXPECTED}")
        version = self._matter.get("version")
        return PlanDocument(
            tuple(
                DocumentPart(str(part["title"]), str(part["brief"]), tuple(chapters))
                for part, chapters in zip(self._parts, self._chapters, strict=True)
            ),
            tuple(self._members["characters"]),
            tuple(self._members["places"]),
            clean_line(str(self._matter.get("novel") or self._matter.get("title") or "")),
            clean_line(str(self._matter.get("premise") or "")),
            version if isinstance(version, int) else None,
        )

    def _front_matter(self) -> int:
        first = next((at for at, line in enumerate(self._lines) if line.strip()), None)
        if first is None or self._lines[first].strip() != "---":
            return 0
        after = range(first + 1, len(self._lines))
        end = next((at for at in after if self._lines[at].strip() == "---"), None)
        if end is None:
            raise self._mistake(first, "a second line `---` that ends the front matter")
        try:
            told = read_yaml("\n".join(self._lines[first + 1 : end])).value or {}
        except YamlMistake as mistake:
            place = first + max(1, mistake.line)
            raise self._mistake(place, "front matter in YAML, like `version: 3`") from mistake
        if not isinstance(told, dict) or not set(map(str, told)) <= set(_KEYS):
            raise self._mistake(first + 1, f"front matter with no other keys than {_listed(_KEYS)}")
        if not isinstance(told.get("version", 0), int):
            raise self._mistake(first + 1, "a number as version")
        self._matter = told
        return end + 1

    def _list(self, at: int, found: "re.Match[str]") -> int:
        members = self._members[found.group(1).lower()]
        if found.group(2):
            raise self._mistake(at, f"a list below `{found.group(1)}:`, one name an item")
        at += 1
        while at < len(self._lines):
            line = self._lines[at].strip()
            item = _ITEM.match(line)
            if item is not None:
                members.append(self._member(at, item.group(1)))
            elif line:
                break
            at += 1
        return at

    def _member(self, at: int, text: str) -> DocumentMember:
        parts = re.split(r"(?<!\\):\s*", text, maxsplit=1)
        name = clean_line(_plain(parts[0]))
        if not name or re.search("[,;]", name):
            raise self._mistake(at, "`- Name: what there is to know`, with no comma in the name")
        return DocumentMember(name, clean_line(_plain(parts[1])) if len(parts) > 1 else "")

    def _part(self, at: int, found: "re.Match[str]") -> int:
        expected = len(self._parts) + 1
        if self._chapters and not self._has_parts:
            raise self._mistake(at, "`# Part 1: Title` before the first chapter, or no parts")
        if found.group(1) and int(found.group(1)) != expected:
            raise self._mistake(at, f"`# Part {expected}: …`, for parts are numbered in order")
        self._has_parts = True
        brief, upto = self._brief(at + 1)
        self._parts.append({"title": _text(found.group(2) or ""), "brief": brief})
        self._chapters.append([])
        return upto

    def _chapter(self, at: int) -> int:
        if not self._parts:
            self._parts.append({"title": "", "brief": ""})
            self._chapters.append([])
        heading, words = self._with_words(at, self._lines[at].strip())
        found = _CHAPTER.match(heading)
        if found is None:
            raise self._mistake(at, _HEADING_EXPECTED)
        brief, upto = self._brief(at + 1)
        lists: dict[str, tuple[str, ...]] = {"characters": (), "places": ()}
        while upto < len(self._lines) and (told := _LIST.match(self._lines[upto].strip())):
            lists[told.group(1).lower()] = _names(told.group(2))
            upto = self._after_blanks(upto + 1)
        beats, upto = self._beats(upto)
        self._chapters[-1].append(
            DocumentChapter(
                int(found.group(1)) if found.group(1) else None,
                _text(found.group(2) or ""),
                words,
                brief,
                lists["characters"],
                lists["places"],
                tuple(beats),
                at + 1,
            )
        )
        return upto

    def _brief(self, at: int) -> tuple[str, int]:
        """Paragraphs up to the next list or heading, on one line."""
        told: list[str] = []
        while at < len(self._lines):
            line = self._lines[at].strip()
            if line.startswith("#") or _LIST.match(line) or _ITEM.match(line):
                break
            told.append(line)
            at += 1
        return _text(" ".join(told)), at

    def _beats(self, at: int) -> tuple[list[DocumentBeat], int]:
        beats: list[DocumentBeat] = []
        while at < len(self._lines):
            line = self._lines[at].strip()
            item = _ITEM.match(line)
            if line.startswith("#"):
                break
            if item is not None:
                beat, at = self._beat(at, item.group(1))
                beats.append(beat)
            elif line:
                raise self._mistake(
                    at, "a scene as list item (`- …`), or a heading; a brief stands before them"
                )
            else:
                at += 1
        return beats, at

    def _beat(self, first: int, text: str) -> tuple[DocumentBeat, int]:
        told, lists, at = [text], {"with": "", "at": ""}, first + 1
        while at < len(self._lines):
            line = self._lines[at].strip()
            if not line or line.startswith("#") or _ITEM.match(line):
                break
            found = _BEAT_LINE.match(line)
            if found is not None:
                lists[found.group(1).lower()] = found.group(2)
            else:
                told.append(line)
            at += 1
        brief, words = self._with_words(first, " ".join(told))
        if not _text(brief):
            raise self._mistake(first, "what happens in the scene")
        place = _text(lists["at"])
        return DocumentBeat(_text(brief), words, _names(lists["with"]), place), at

    def _with_words(self, at: int, text: str) -> tuple[str, int | None]:
        found = _WORDS.search(text)
        if found is None:
            return text, None
        words = int(re.sub("[.,]", "", found.group(1)))
        if words == 0:
            raise self._mistake(at, "a positive number of words")
        return text[: found.start()], words

    def _after_blanks(self, at: int) -> int:
        while at < len(self._lines) and not self._lines[at].strip():
            at += 1
        return at

    def _mistake(self, at: int, expected: str) -> PlanMistake:
        line = self._lines[at].strip()
        found = line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
        return PlanMistake(at + 1, f"found “{found}”", expected)


def _text(text: str) -> str:
    return clean_line(_plain(text))


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _names(text: str) -> tuple[str, ...]:
    names = (_text(name) for name in re.split("[,;]", text))
    return tuple(name for name in names if name)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
