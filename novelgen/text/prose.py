"""Turns what a model drew into prose that can stand in a manuscript.

Removed: control characters, Markdown headings and emphasis, chapter headings that the model
repeats, rules. Normalised: white space, paragraph breaks (one empty line), scene breaks.
"""

import re

from novelgen.text.sanitize import clean_text
from novelgen.text.sentences import (
    SCENE_BREAK,
    complete_sentence_ends,
    has_balanced_quotes,
    split_sentences,
)
from novelgen.text.words import count_words

_HEADING = re.compile(
    r"#{1,6}(?:\s.*)?$|\*\*[^*\n]+\*\*:?$|(?:chapter|part|book|scene|beat|act)\s+"
    r"(?:\d+|[ivxlc]+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
    r"\s*(?:[:.—-].{0,80})?$"
    r"|the end\.?$|title\s*:.*$|summary\s*:.*$",
    re.IGNORECASE,
)
_SCENE_BREAK = re.compile(r"(?:[*#_~=-]\s*){3,}$")
_SPACES = re.compile(r"[ \u00a0]+")
_UNFINISHED = " ,;:-—–(\"“'‘"


def clean_prose(raw: str) -> str:
    """Paragraphs of prose, one empty line between them, no white space at either end.

    A scene break stays only between two paragraphs.
    """
    paragraphs: list[str] = []
    for line in clean_text(raw).split("\n"):
        paragraph = _clean_paragraph(line)
        if not paragraph or (paragraph == SCENE_BREAK and paragraphs[-1:] in ([], [SCENE_BREAK])):
            continue
        paragraphs.append(paragraph)
    if paragraphs[-1:] == [SCENE_BREAK]:
        paragraphs.pop()
    return "\n\n".join(paragraphs)


def without_fragment(text: str) -> str:
    """`text` from its first sentence on that begins like one, so without the end of another.

    Empty when no sentence does.
    """
    for sentence in split_sentences(text):
        beginning = text[sentence.start :].lstrip()
        first = next((character for character in beginning if character.isalpha()), "")
        if first and not first.islower():
            return beginning
    return ""


def joint(raw: str) -> str:
    """The white space that joins a continuation drawn as `raw` to the prose before it."""
    lead = raw[: len(raw) - len(raw.lstrip())]
    return "\n\n" if "\n" in lead else " "


def cut_to_words(text: str, wanted_words: int) -> str:
    """`text` up to the complete sentence whose word count comes nearest to `wanted_words`.

    Places where every quotation is closed are preferred. Empty when no sentence is complete.
    """
    ends = complete_sentence_ends(text)
    ends = [end for end in ends if has_balanced_quotes(text, end)] or ends
    if not ends:
        return ""
    return text[: min(ends, key=lambda end: abs(count_words(text[:end]) - wanted_words))]


def force_sentence(text: str, wanted_words: int) -> str:
    """The first `wanted_words` words of prose that holds no complete sentence, made to end."""
    words = text.split()[:wanted_words]
    return " ".join(words).rstrip(_UNFINISHED) + "." if words else ""


def _clean_paragraph(line: str) -> str:
    paragraph = _SPACES.sub(" ", line).strip()
    if _SCENE_BREAK.fullmatch(paragraph):
        return SCENE_BREAK
    if _HEADING.fullmatch(paragraph):
        return ""
    return paragraph.replace("**", "").replace("__", "").strip()
