"""An author's notes to themselves, `[[such as this]]`, that stand in what they type.

A note begins with two brackets and goes to the next two that close, over lines too; brackets that
nothing closes are prose. The prose never holds a note: `split_notes` takes them out and remembers
where each stood, `join_notes` puts them back, also when the prose has changed, and loses none.
White space is as in `novelgen.text.manuscript_text`: paragraphs are parted by one empty line, and
a note that is taken out leaves no gap.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from novelgen.text.note_places import Place, place_of
from novelgen.text.paragraph_spans import paragraph_spans
from novelgen.text.scene_breaks import as_paragraph

HIDDEN = "\uffff"
"""Stands for a note while white space is put right; cleaned text never holds it."""
_RUN = re.compile(f"{HIDDEN}(?: ?{HIDDEN})*")
_CONTEXT = 40
"""Characters that are remembered on either side of a note."""
_CLOSING = re.compile(r"[.,;:!?…)”’\"'—–-][^\w\s]*(?:\s|$)")
"""Marks without a word, before which no space stands: none stays when a note before them goes."""


@dataclass(frozen=True, slots=True)
class AnchoredNote:
    """A note, and where in the prose it stood."""

    body: str
    """What stands between the brackets, as it was typed."""
    offset: int
    """In the prose; of a note in a paragraph of its own where the next paragraph begins."""
    before: str
    """The prose before that place, up to 40 characters."""
    after: str
    paragraph: int
    """The paragraph that it stood in, or before, from 1."""
    is_own_paragraph: bool = False
    has_space_before: bool = False
    """Whether it was parted from the text before it by a space that is not in the prose."""
    has_space_after: bool = False

    @property
    def typed(self) -> str:
        """The note with its brackets."""
        return f"[[{self.body}]]"


def note_spans(text: str) -> list[tuple[int, int]]:
    """`[start, end)` of every note in a text, brackets included, in order."""
    spans = []
    end = 0
    while (start := text.find("[[", end)) >= 0:
        inner = start + 2
        while text.startswith("[", inner):
            inner += 1
        close = text.find("]]", inner)
        if close < 0:
            break
        end = close + 2
        while text.startswith("]", end):
            end += 1
        spans.append((start, end))
    return spans


def without_notes(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text with its notes cut out, white space left as it is, and where they stood in it."""
    spans = note_spans(text)
    return "".join(_between(text, spans)), spans


def hide_notes(text: str) -> tuple[str, list[str]]:
    """The text with one character for each note, and the notes' own texts, without brackets."""
    spans = note_spans(text)
    return HIDDEN.join(_between(text, spans)), [text[start + 2 : end - 2] for start, end in spans]


def show_notes(text: str, bodies: Sequence[str]) -> str:
    """The text with its notes again where `hide_notes` put a character for each."""
    pieces = text.split(HIDDEN)
    notes = [f"[[{body}]]" for body in bodies]
    return "".join(piece + note for piece, note in zip(pieces, [*notes, ""], strict=True))


def split_notes(raw: str) -> tuple[str, list[AnchoredNote]]:
    """The prose of a text that was typed, and its notes in order.

    Every line that is not empty is a paragraph; the text is to be clean of control characters.
    """
    hidden, bodies = hide_notes(raw)
    paragraphs: list[str] = []
    stood: list[_Stood] = []
    length = 0
    for line in hidden.split("\n"):
        text, found = _without_hidden(" ".join(line.split()))
        start = length + (2 if paragraphs else 0)
        stood += [replace(each, paragraph=len(paragraphs), at=start + each.at) for each in found]
        if text:
            paragraphs.append(text)
            length = start + len(text)
    prose = "\n\n".join(paragraphs)
    return prose, [_anchored(prose, body, each) for body, each in zip(bodies, stood, strict=True)]


def join_notes(prose: str, notes: Sequence[AnchoredNote]) -> str:
    """The prose with the notes where they stood, or where what stood around them stands now."""
    spans = paragraph_spans(prose)
    if not spans:
        return "\n\n".join(note.typed for note in notes)
    placed = [(place_of(prose, spans, each), each) for each in notes]
    inserted = [
        *(_own_paragraphs(placed, spans, len(prose))),
        *(_inline(prose, spans, placed)),
    ]
    joined, done = "", 0
    for at, _, text in sorted(inserted, key=lambda each: each[:2]):
        joined, done = joined + prose[done:at] + text, at
    return joined + prose[done:]


@dataclass(frozen=True, slots=True)
class _Stood:
    """Where a note stood in a line, and then in the prose."""

    at: int
    is_own_paragraph: bool
    has_space_before: bool = False
    has_space_after: bool = False
    paragraph: int = 0


def _between(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    """What stands before, between and behind the spans: one piece more than there are spans."""
    begin = 0
    for start, end in spans:
        yield text[begin:start]
        begin = end
    yield text[begin:]


def _without_hidden(line: str) -> tuple[str, list[_Stood]]:
    """A line without the characters that stand for notes, and where those stood in it."""
    if HIDDEN not in line:
        return as_paragraph(line), []
    if not line.replace(HIDDEN, "").strip():
        return "", [_Stood(0, is_own_paragraph=True)] * line.count(HIDDEN)
    text, stood, done = "", list[_Stood](), 0
    for run in _RUN.finditer(line):
        text += line[done : run.start()]
        parts = run.group().split(HIDDEN)[:-1]  # what stands before each
        if " " in parts and _is_tight(text, line, run.end()):
            first = parts.index(" ")
            stood += [_Stood(len(text), is_own_paragraph=False)] * first
            text, parts = f"{text} ", ["", *parts[first + 1 :]]
        text, done, has_before, has_after = _close_gap(text, line, run.end())
        last = len(parts) - 1
        stood += [
            _Stood(
                len(text),
                is_own_paragraph=False,
                has_space_before=has_before if at == 0 else part == " ",
                has_space_after=has_after and at == last,
            )
            for at, part in enumerate(parts)
        ]
    text += line[done:]
    paragraph = as_paragraph(text)
    if paragraph != text:  # a scene break, which is written one way
        stood = [
            replace(each, at=len(paragraph), has_space_before=True, has_space_after=False)
            for each in stood
        ]
    return paragraph, stood


def _is_tight(text: str, line: str, end: int) -> bool:
    """Whether only spaces between the notes themselves part what stands on either side."""
    behind = line[end:]
    return bool(text) and text[-1] != " " and behind[:1] not in ("", " ") and not _closes(behind)


def _closes(behind: str) -> bool:
    return _CLOSING.match(behind) is not None


def _close_gap(text: str, line: str, end: int) -> tuple[str, int, bool, bool]:
    """The text before a note, where the line goes on behind it, and which spaces were dropped."""
    behind = line[end:]
    has_space = text.endswith(" ")
    if has_space and (not behind or _closes(behind)):
        return text[:-1], end, True, False
    if behind[:1] == " " and (has_space or not text):
        return text, end + 1, False, True
    return text, end, False, False


def _anchored(prose: str, body: str, stood: _Stood) -> AnchoredNote:
    at = min(stood.at, len(prose))
    return AnchoredNote(
        body,
        at,
        prose[max(0, at - _CONTEXT) : at],
        prose[at : at + _CONTEXT],
        stood.paragraph + 1,
        stood.is_own_paragraph,
        stood.has_space_before,
        stood.has_space_after,
    )


def _own_paragraphs(
    placed: Sequence[tuple[Place, AnchoredNote]], spans: Sequence[tuple[int, int]], length: int
) -> Iterator[tuple[int, int, str]]:
    """What is put in for notes in paragraphs of their own: place, rank among equals, text."""
    for place, note in placed:
        if not place.is_own_paragraph:
            continue
        if place.paragraph < len(spans):
            yield spans[place.paragraph][0], 0, f"{note.typed}\n\n"
        else:
            yield length, 2, f"\n\n{note.typed}"


def _inline(
    prose: str, spans: Sequence[tuple[int, int]], placed: Sequence[tuple[Place, AnchoredNote]]
) -> Iterator[tuple[int, int, str]]:
    runs: dict[int, list[tuple[Place, AnchoredNote]]] = {}
    for place, note in placed:
        if not place.is_own_paragraph:
            runs.setdefault(place.at, []).append((place, note))
    edges = {start for start, _ in spans}, {end for _, end in spans}
    for at, run in runs.items():
        left = "" if at in edges[0] else prose[at - 1 : at]
        right = "" if at in edges[1] else prose[at : at + 1]
        closes = bool(right) and _closes(prose[at:])
        yield at, 1, _run_of_notes(left, right, run, closes=closes)


def _run_of_notes(
    left: str, right: str, run: Sequence[tuple[Place, AnchoredNote]], *, closes: bool
) -> str:
    """Notes that stand at one place, with spaces that leave the prose as it is when they go."""
    first, last = run[0], run[-1]
    before = not first[0].is_exact or first[1].has_space_before or left == "["
    after = not last[0].is_exact or last[1].has_space_after or right == "]"
    text = first[1].typed
    is_tight = left not in ("", " ") and right not in ("", " ") and not closes
    for (_, earlier), (place, note) in pairwise(run):
        is_parted = not place.is_exact or note.has_space_before or earlier.has_space_after
        text += f" {note.typed}" if is_parted and not is_tight else note.typed
    if not right or (closes and left not in ("", " ")):
        return f" {text}" if before and left else text
    if left == " " and closes:
        return f"{text} "
    return f"{text} " if after and left in ("", " ") else text
