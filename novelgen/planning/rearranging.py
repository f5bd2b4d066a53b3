"""A person's changes to the chapters and beats of a plan document: pure, nothing is stored.

Chapters are counted from 1 and beats from 0, as they stand in the document. The first `written`
chapters have text: they stay where they are. Every function returns a new document, whose words
`with_document` makes add up. All raise `UsageError` for what cannot be done.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from novelgen.errors import UsageError
from novelgen.planning.budgets import beat_words
from novelgen.planning.document import (
    MAX_BRIEF_CHARS,
    DocumentBeat,
    DocumentChapter,
    DocumentPart,
    PlanDocument,
)
from novelgen.planning.structure import MIN_CHAPTER_WORDS
from novelgen.text.budget import share_out

_Chapters = list[DocumentChapter]


def with_chapter(document: PlanDocument, number: int, chapter: DocumentChapter) -> PlanDocument:
    """The document with another chapter in the place of one."""

    def put(chapters: _Chapters, at: int) -> _Chapters:
        return [*chapters[:at], chapter, *chapters[at + 1 :]]

    return _in_part(document, number, put)


def with_part(document: PlanDocument, number: int, title: str, brief: str) -> PlanDocument:
    """The document with another title and brief of a part, which is counted from 1."""
    parts = list(document.parts)
    parts[number - 1] = replace(parts[number - 1], title=title, brief=brief)
    return replace(document, parts=tuple(parts))


def with_new_chapter(
    document: PlanDocument, after: int, chapter: DocumentChapter, written: int
) -> PlanDocument:
    """The document with one chapter more, behind another one; 0: at the beginning."""
    if after < written:
        raise UsageError(
            f"Chapter {written} is written, and nothing can come before it any more.",
            "Add a chapter behind the last one that is written.",
        )
    at = max(after, 1)

    def put(chapters: _Chapters, index: int) -> _Chapters:
        index += 1 if after else 0
        return [*chapters[:index], replace(chapter, number=None), *chapters[index:]]

    return _in_part(document, at, put)


def without_chapter(document: PlanDocument, number: int, written: int) -> PlanDocument:
    """The document without a chapter; the others share its words."""
    _require_free(number, written, "deleted")
    if len(document.chapters) == 1:
        raise UsageError("A plan has at least one chapter.", "Change this one instead.")
    return _in_part(document, number, lambda chapters, at: [*chapters[:at], *chapters[at + 1 :]])


def moved_chapter(document: PlanDocument, number: int, step: int, written: int) -> PlanDocument:
    """The document with a chapter one place earlier (-1) or later (1).

    At the edge of its part it goes over into the next part; a part that is left empty goes.
    """
    _require_free(number, written, "moved")
    _require_free(number + step, written, "moved", moved=number)
    if number + step > len(document.chapters):
        raise UsageError("This is the last chapter.", "It can be moved up.")
    part, at = _place(document, number)
    parts = [list(each.chapters) for each in document.parts]
    chapter = parts[part].pop(at)
    if 0 <= at + step <= len(parts[part]):
        parts[part].insert(at + step, chapter)
    else:
        beside = parts[part + step]
        beside.insert(len(beside) if step < 0 else 0, chapter)
    return _with_parts(document, parts)


def split_chapter(document: PlanDocument, number: int, at: int, written: int) -> PlanDocument:
    """The document with a chapter made two; the second begins with beat `at`.

    One without beats is cut in the middle, and its second half is planned when it is reached.
    """
    _require_free(number, written, "split")
    chapter = document.chapters[number - 1]
    words = chapter.words or 0
    if chapter.words is not None and words < 2 * MIN_CHAPTER_WORDS:
        raise UsageError(
            f"Chapter {number} has {words:,} words; a chapter takes at least {MIN_CHAPTER_WORDS}.",
            "Give it more words first.",
        )
    if chapter.beats and not 0 < at < len(chapter.beats):
        raise UsageError(
            f"Chapter {number} cannot be split there: both halves need a beat.",
            "Choose the beat that the second chapter is to begin with.",
        )
    shares = _halves(chapter, at, words)
    first = replace(chapter, words=shares[0], beats=chapter.beats[:at])
    second = DocumentChapter(
        None,
        f"{chapter.title} (2)" if chapter.title else "",
        shares[1],
        _joined([beat.brief for beat in chapter.beats[at:]]),
        _people(chapter.beats[at:]) or chapter.characters,
        _places(chapter.beats[at:]) or chapter.places,
        chapter.beats[at:],
    )
    return _in_part(
        document, number, lambda all_, index: [*all_[:index], first, second, *all_[index + 1 :]]
    )


def merged_chapter(document: PlanDocument, number: int, written: int) -> PlanDocument:
    """The document with a chapter and the one behind it made one, with the words of both."""
    _require_free(number, written, "merged")
    if number == len(document.chapters):
        raise UsageError("There is no chapter behind the last one.", "Merge it from the one above.")
    first, second = document.chapters[number - 1 : number + 1]
    merged = replace(
        first,
        title=first.title or second.title,
        words=None if None in (first.words, second.words) else _sum(first, second),
        brief=_joined([first.brief, second.brief]),
        characters=tuple(dict.fromkeys([*first.characters, *second.characters])),
        places=tuple(dict.fromkeys([*first.places, *second.places])),
        beats=_merged_beats(first, second),
    )
    shorter = _in_part(
        document, number + 1, lambda chapters, at: [*chapters[:at], *chapters[at + 1 :]]
    )
    return with_chapter(shorter, number, merged)


def with_beat(document: PlanDocument, number: int, at: int, beat: DocumentBeat) -> PlanDocument:
    """The document with another beat in the place of one.

    Other words of it are taken from, or given to, the other beats of its chapter.
    """
    chapter = document.chapters[number - 1]
    old = chapter.beats[at]
    beats = [*chapter.beats[:at], beat, *chapter.beats[at + 1 :]]
    if beat.words is not None and beat.words != old.words and chapter.words is not None:
        words = [each.words or 0 for each in chapter.beats]
        shares = beat_words(chapter.words, words, at, beat.words)
        beats = [replace(each, words=share) for each, share in zip(beats, shares, strict=True)]
    return with_chapter(document, number, replace(chapter, beats=tuple(beats)))


def with_new_beat(
    document: PlanDocument, number: int, after: int, beat: DocumentBeat
) -> PlanDocument:
    """The document with one beat more, behind another one of the chapter; -1: as the first."""
    chapter = document.chapters[number - 1]
    beats = [*chapter.beats[: after + 1], beat, *chapter.beats[after + 1 :]]
    if beat.words is not None and chapter.words is not None:
        words = [each.words or 0 for each in beats]
        shares = beat_words(chapter.words, words, after + 1, beat.words)
        beats = [replace(each, words=share) for each, share in zip(beats, shares, strict=True)]
    return with_chapter(document, number, replace(chapter, beats=tuple(beats)))


def without_beat(document: PlanDocument, number: int, at: int) -> PlanDocument:
    """The document without a beat; without its last one a chapter is planned when it is reached."""
    chapter = document.chapters[number - 1]
    beats = (*chapter.beats[:at], *chapter.beats[at + 1 :])
    return with_chapter(document, number, replace(chapter, beats=beats))


def moved_beat(document: PlanDocument, number: int, at: int, step: int) -> PlanDocument:
    """The document with a beat one place earlier or later in its chapter."""
    chapter = document.chapters[number - 1]
    if not 0 <= at + step < len(chapter.beats):
        edge = "first" if step < 0 else "last"
        raise UsageError(
            f"This is the {edge} beat of its chapter.", "A beat is moved within its chapter."
        )
    beats = list(chapter.beats)
    beats.insert(at + step, beats.pop(at))
    return with_chapter(document, number, replace(chapter, beats=tuple(beats)))


def _require_free(number: int, written: int, what: str, moved: int | None = None) -> None:
    if number < 1:
        raise UsageError("This is the first chapter.", "It can be moved down.")
    if number <= written:
        told = f"cannot be {what}" if moved is None else f"chapter {moved} cannot go before it"
        raise UsageError(
            f"Chapter {number} is written, and {told}.",
            "What is written stays in its order; on a branch the story can go another way.",
        )


def _place(document: PlanDocument, number: int) -> tuple[int, int]:
    """Index of the part of a chapter, and its own index there."""
    before = 0
    for index, part in enumerate(document.parts):
        if number <= before + len(part.chapters):
            return index, number - before - 1
        before += len(part.chapters)
    raise UsageError(f"The plan has no chapter {number}.", "Choose one of those it has.")


def _in_part(
    document: PlanDocument, number: int, changed: Callable[[_Chapters, int], _Chapters]
) -> PlanDocument:
    part, at = _place(document, number)
    parts = [list(each.chapters) for each in document.parts]
    parts[part] = changed(parts[part], at)
    return _with_parts(document, parts)


def _with_parts(document: PlanDocument, parts: Sequence[_Chapters]) -> PlanDocument:
    kept: list[DocumentPart] = [
        replace(part, chapters=tuple(chapters))
        for part, chapters in zip(document.parts, parts, strict=True)
        if chapters
    ]
    return replace(document, parts=tuple(kept))


def _halves(chapter: DocumentChapter, at: int, words: int) -> tuple[int | None, int | None]:
    if chapter.words is None:
        return None, None
    weights = [1.0, 1.0]
    if chapter.beats:
        weights = [
            float(sum(beat.words or 1 for beat in beats))
            for beats in (chapter.beats[:at], chapter.beats[at:])
        ]
    first = min(max(share_out(words, weights)[0], MIN_CHAPTER_WORDS), words - MIN_CHAPTER_WORDS)
    return first, words - first


def _sum(first: DocumentChapter, second: DocumentChapter) -> int:
    return (first.words or 0) + (second.words or 0)


def _joined(briefs: Sequence[str]) -> str:
    text = " ".join(brief for brief in briefs if brief)
    return text if len(text) <= MAX_BRIEF_CHARS else text[: MAX_BRIEF_CHARS - 1].rstrip() + "…"


def _merged_beats(first: DocumentChapter, second: DocumentChapter) -> tuple[DocumentBeat, ...]:
    """The beats of both; a chapter that has none yet is told in one, unless neither has any."""
    if not (first.beats or second.beats):
        return ()
    beats: list[DocumentBeat] = []
    for each in (first, second):
        if each.beats:
            beats += each.beats
        elif each.brief:
            place = each.places[0] if each.places else ""
            beats.append(DocumentBeat(each.brief, each.words, each.characters, place))
    return tuple(beats)


def _people(beats: Sequence[DocumentBeat]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for beat in beats for name in beat.characters))


def _places(beats: Sequence[DocumentBeat]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(beat.place for beat in beats if beat.place))
