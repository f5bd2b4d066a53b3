"""Reads plans out of what a small model answers: labelled lines and numbered lists.

Everything read is cleaned and checked, and mended where that is safe: cut to whole sentences, items
said twice dropped. None, or an empty list, means "nothing usable", and the caller tries again or
falls back on the skeleton.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.text.sanitize import clean_line
from novelgen.text.words import count_words

_MAX_TITLE_WORDS = 8
_MAX_BRIEF_WORDS = 70
_MIN_BRIEF_WORDS = 4
_MAX_NAME_WORDS = 4
_MAX_NOTE_WORDS = 24
_SAME_SHARE = 0.55
"""Of the words of two lines together, names left out: "Mara learns of the will" and "Otto learns of
the will" say the same, "She reads the letter" and "She burns the letter" do not."""
_ITEM = re.compile(r"^\s*(?:\d+[.):]|[-*•])\s*(.+)$")
_SENTENCE = re.compile(r".+?[.!?][\"”')]*(?=\s|$)")
_LABEL = re.compile(r"^(?:title|summary|chapter\s+\w+)\s*[:.—-]\s*", re.IGNORECASE)
_LEAK = re.compile(
    r"<\||https?:|www\.|\b(?:as an ai|language model|i'm sorry|premise:)", re.IGNORECASE
)
_WORD = re.compile(r"\w+")
_NAME = re.compile(r"(?<![^\W_])[^\W\d_a-z]\w+")
"""And the first word of a sentence, which matters little."""
_MEMBER = re.compile(
    r"([^,:;(—–]+?)\s*(?:[,:;—–]|\(|\s-\s|\s(?:that\s+is|which\s+is|is|was|who|that|which|where)\s)\s*(.*)"
)


@dataclass(frozen=True, slots=True)
class TitledBrief:
    """What a chapter or a part is called, and what happens in it."""

    title: str
    brief: str
    is_repaired: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """The usable items of a list, each once."""

    items: tuple[str, ...]
    is_repaired: bool = False


def parse_title(answer: str) -> str | None:
    """A title of one to eight words: the first line, without label, quotes and full stop."""
    title = clean_line(answer.strip().split("\n", 1)[0])
    title = _LABEL.sub("", title).split(", by ")[0].split(" by ")[0]
    title = title.strip(" \"“”'*#_|").rstrip(".:;,").strip()
    words = count_words(title.replace("-", " "))
    if not 1 <= words <= _MAX_TITLE_WORDS or _LEAK.search(title):
        return None
    return title


def parse_premise(answer: str) -> str | None:
    """One to three whole sentences."""
    return whole_sentences(answer.strip().split("\n\n", 1)[0])


def parse_chapter(answer: str) -> TitledBrief | None:
    """Title and summary out of "summary, then a line `Title: ...`"."""
    head, separator, tail = answer.partition("Title:")
    told = head.strip().split("\n\n", 1)[0]
    brief = whole_sentences(told)
    title = parse_title(tail) if separator else None
    if title is None or brief is None:
        return None
    return TitledBrief(title, brief, brief != clean_line(told))


def parse_brief(answer: str) -> TitledBrief | None:
    """A summary alone, for a chapter whose title is known."""
    told = answer.partition("Title:")[0].strip().split("\n\n", 1)[0]
    brief = whole_sentences(told)
    return None if brief is None else TitledBrief("", brief, brief != clean_line(told))


def parse_beats(answer: str, count: int) -> Items:
    """The first `count` items of a list, each a whole sentence; there may be fewer."""
    beats: list[str] = []
    lines = [line for line in answer.strip().split("\n") if line.strip()]
    is_repaired = False
    for line in lines:
        item = _ITEM.match(line)
        told = item.group(1) if item else ""
        beat = whole_sentences(told, first_only=True)
        is_speech = told[:1] in "\"“‘'"
        if beat is None or is_speech or any(_says_the_same(beat, each) for each in beats):
            is_repaired |= len(beats) < count
            continue
        is_repaired |= len(beats) < count and beat != clean_line(told)
        beats.append(beat)
    return Items(tuple(beats[:count]), is_repaired or len(beats) < count)


def parse_members(answer: str, count: int) -> list[tuple[str, str]]:
    """The first `count` names of a list, each with what is said of it."""
    members: dict[str, str] = {}
    for line in answer.strip().split("\n"):
        item = _ITEM.match(line)
        told = _MEMBER.fullmatch(clean_line(item.group(1)) + ",") if item else None
        if told is None:
            continue
        name = clean_name(told.group(1))
        note = clean_note(told.group(2))
        if any(_says_the_same(note, other) for other in members.values()):
            note = ""
        if name and not _LEAK.search(line) and name not in members:
            members[name] = note
    return list(members.items())[:count]


def clean_name(name: str) -> str:
    """A name as the plan may hold it; empty when it is none."""
    cleaned = clean_line(name).strip(" \"“”'’*#_|.[]")
    words = cleaned.removeprefix("the ").removeprefix("The ").split()
    is_name = 1 <= len(words) <= _MAX_NAME_WORDS and not any(map(str.isdigit, cleaned))
    return (
        cleaned if is_name and words[0][:1].isalpha() and not re.search("[,;:()]", cleaned) else ""
    )


def clean_note(note: str) -> str:
    """What is said of a person or a place: one clause or two, without a full stop."""
    cleaned = clean_line(note).strip(" ,.;)*").strip()
    if count_words(cleaned) > _MAX_NOTE_WORDS:
        cleaned = " ".join(cleaned.split()[:_MAX_NOTE_WORDS]).rpartition(",")[0]
    return "" if _LEAK.search(cleaned) else cleaned


def whole_sentences(text: str, *, first_only: bool = False) -> str | None:
    """The first three sentences of `text`, or the first; None when that is no brief."""
    line = clean_line(text.replace("**", ""))
    sentences = _SENTENCE.findall(line)[: 1 if first_only else 3]
    brief = " ".join(sentence.strip() for sentence in sentences)
    if not _MIN_BRIEF_WORDS <= count_words(brief) <= _MAX_BRIEF_WORDS or _LEAK.search(brief):
        return None
    return brief


def unified_names(text: str, names: Sequence[str]) -> str:
    """`text` with names of the cast that are misspelt by one letter written as in the cast."""
    known = {word for name in names for word in name.split() if word[0].isupper()}

    def unify(match: re.Match[str]) -> str:
        word = match.group()
        if word in known:
            return word
        near = [each for each in known if len(each) >= _LEAST_UNIFIED and _is_near(word, each)]
        return near[0] if len(near) == 1 else word

    return re.sub(r"(?<![^\W_])[^\W\d_a-z][^\W\d_]{3,}(?![^\W_])", unify, text)


_LEAST_UNIFIED = 5
"""Letters that a name must have: Mara and Mary are two people, Corvin and Corwin hardly."""


def _is_near(word: str, name: str) -> bool:
    """Whether one letter is another one, missing, or too many; the first one must be the same."""
    if word[0] != name[0] or abs(len(word) - len(name)) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), None)
    if same is None:
        # The ending of a possessive or a plural makes no other name.
        return len(word) != len(name) and not word.startswith(name)
    tails = (
        (word[same + 1 :], name[same + 1 :]),
        (word[same:], name[same + 1 :]),
        (
            word[same + 1 :],
            name[same:],
        ),
    )
    return any(left == right for left, right in tails)


def says_again(brief: str, earlier: Sequence[str]) -> bool:
    """Whether a sentence of the brief says the same as one of those before it in other briefs."""
    told = [each for text in earlier for each in _SENTENCE.findall(text)]
    return any(
        _says_the_same(sentence, each) for sentence in _SENTENCE.findall(brief) for each in told
    )


def _says_the_same(one: str, other: str) -> bool:
    """Whether two lines share most of their words: a small model goes on by saying it again."""
    first, second = (set(_WORD.findall(_NAME.sub(" ", each).casefold())) for each in (one, other))
    return len(first & second) >= _SAME_SHARE * len(first | second) > 0
