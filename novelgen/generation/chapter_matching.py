"""Which chapter of a novel a chapter of a manuscript is, told by what they say.

By the runs of words that both have. Where some chapters are known by them, one that says nothing of
the old one any more is known by its title, or by its place between two that are known. Order and
numbers decide nothing else, so a file may hold only some chapters, and another book is known as
none of them. A pure function of texts.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from novelgen.text.typing_style import folded
from novelgen.text.words import iter_words

_RUN = 5
"""Words in a row: longer than phrases that come again, shorter than what an edit leaves."""
_ENOUGH = 0.15
"""Of the runs of the shorter text, in both."""
_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Known:
    """A chapter as it is compared."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Matching:
    """What a manuscript's chapters, counted from 0, are in the novel, counted from 0."""

    chapters: Mapping[int, int]
    """Chapters that are one of the novel's, each of another one."""
    parts: Mapping[int, int]
    """Further chapters of the manuscript that were a piece of one of the novel's."""
    swallowed: Mapping[int, int]
    """Chapters of the novel whose text stands in a chapter that is known as another one."""


def match_chapters(new: Sequence[Known], old: Sequence[Known]) -> Matching:
    """Match the chapters of a manuscript with those of a novel."""
    runs_new = [_runs(each.text) for each in new]
    runs_old = [_runs(each.text) for each in old]
    shared = _shared(runs_new, runs_old)
    chapters: dict[int, int] = {}
    taken: set[int] = set()
    for (at, number), count in sorted(shared.items(), key=_likeliest):
        shorter = max(min(len(runs_new[at]), len(runs_old[number])), 1)
        if at not in chapters and number not in taken and count >= _ENOUGH * shorter:
            chapters[at] = number
            taken.add(number)
    parts = {
        at: number
        for at, number in _holding(len(new), chapters, shared, runs_new).items()
        if not _repeats(at, number, chapters, runs_new)
    }
    if chapters:
        _by_title(new, old, chapters, set(parts))
        _by_place(len(new), chapters, set(parts))
    known = {number: at for at, number in chapters.items()}
    of_old = {(number, at): count for (at, number), count in shared.items()}
    return Matching(chapters, parts, _holding(len(old), known, of_old, runs_old))


def _likeliest(each: tuple[tuple[int, int], int]) -> tuple[int, int, int, int]:
    """Most in common first; of chapters that are alike, those that stand where they stood."""
    (at, number), count = each
    return -count, abs(at - number), at, number


def _runs(text: str) -> set[int]:
    """Hashes of the runs: a saga has millions of them."""
    words = [word.strip("*_\"'“”‘’.,;:!?-–—()").casefold() for word in iter_words(folded(text))]
    runs = zip(*(words[start:] for start in range(_RUN)), strict=False)
    return set(map(hash, runs)) or {hash(tuple(words))}


def _shared(new: Sequence[set[int]], old: Sequence[set[int]]) -> Counter[tuple[int, int]]:
    """How many runs a chapter of the one and a chapter of the other have in common."""
    where: defaultdict[int, list[int]] = defaultdict(list)
    for number, runs in enumerate(old):
        for run in runs:
            where[run].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for at, runs in enumerate(new):
        for run in runs:
            for number in where.get(run, ()):
                shared[at, number] += 1
    return shared


def _holding(
    count: int,
    known: Mapping[int, int],
    shared: Mapping[tuple[int, int], int],
    runs: Sequence[set[int]],
) -> dict[int, int]:
    """Of the chapters that are not known: in which one of the other side most of each stands."""
    found = {}
    for (at, number), common in sorted(shared.items(), key=lambda each: each[::-1]):
        if at not in known and common >= _MOST * len(runs[at]):
            found[at] = number
    return {at: found[at] for at in range(count) if at in found}


def _repeats(at: int, number: int, chapters: Mapping[int, int], runs: Sequence[set[int]]) -> bool:
    """Whether a chapter says again what the one that is known as `number` says."""
    return any(
        2 * len(runs[at] & runs[other]) >= len(runs[at])
        for other, known in chapters.items()
        if known == number and other != at
    )


def _by_title(
    new: Sequence[Known], old: Sequence[Known], chapters: dict[int, int], parts: set[int]
) -> None:
    titles = Counter(folded(each.title).casefold() for each in old)
    numbers = {folded(each.title).casefold(): number for number, each in enumerate(old)}
    for at, each in enumerate(new):
        title = folded(each.title).casefold()
        is_free = at not in chapters and at not in parts
        if is_free and title and titles[title] == 1 and numbers[title] not in chapters.values():
            chapters[at] = numbers[title]


def _by_place(count: int, chapters: dict[int, int], parts: set[int]) -> None:
    """A chapter alone between two that are known is the one alone between those.

    So is the first one of the file before the novel's second.
    """
    taken = set(chapters.values())
    for at in range(count):
        if at in chapters or at in parts or at + 1 not in chapters:
            continue
        before = chapters.get(at - 1, -1 if at == 0 else None)
        if before is not None and chapters[at + 1] - before == 2 and before + 1 not in taken:
            chapters[at] = before + 1
