"""Plans the beats of one chapter: the author's, the model's, or the skeleton's, with their words.

The last beat is the closing beat: in it the chapter, the part or the novel ends. An author's own
beats are kept to the letter; others are planned between them only where each would have to fill
more words than one scene holds.
"""

from collections.abc import Sequence, Set
from dataclasses import replace

from novelgen.planning.cards import ChapterCard
from novelgen.planning.frame import PlanFrame
from novelgen.planning.json_answers import BeatAnswer, BeatsAnswer, read_answer
from novelgen.planning.parsing import Items, parse_beats, unified_names, whole_sentences
from novelgen.planning.premise_names import mentioned
from novelgen.planning.questions import Questions
from novelgen.planning.structure import ChapterSlot, default_beats
from novelgen.text.budget import share_out
from storage.records import Beat, PlannedBeats, PlanOrigin

_WORDS_A_GIVEN_BEAT = 600
"""An author's beat is left alone up to this many words, three and a half passages."""
_TOKENS_A_BEAT = 30
_OPENING, _CLOSING = 0.9, 0.75
"""Shares of the words of the first and the last beat, where the others have 1.0 to 1.2."""


def plan_beats(
    questions: Questions,
    slot: ChapterSlot,
    card: ChapterCard,
    frame: PlanFrame,
    told: Set[str] = frozenset(),
) -> PlannedBeats:
    """The beats of a chapter; `told` are the casefolded briefs of other beats of the novel."""
    count = default_beats(card.target_words)
    given = [_given(beat.brief, card, frame) for beat in slot.beats]
    if not given:
        beats = _invented(questions, card, frame, count, told)
    elif card.target_words <= _WORDS_A_GIVEN_BEAT * len(given) or len(given) >= count:
        beats = given
    else:
        others = _invented(questions, card, frame, count - len(given) + 1, told)[:-1]
        beats = _between(given, others)
    closes = frame.structure.closes(card.number)
    beats[-1] = replace(beats[-1], closes=closes)
    weights = _weights(beats, slot)
    shares = share_out(card.target_words, weights)
    timed = tuple(replace(beat, words=words) for beat, words in zip(beats, shares, strict=True))
    return PlannedBeats(timed, _origin_of(timed))


def _given(brief: str, card: ChapterCard, frame: PlanFrame) -> Beat:
    return _placed(brief, card, frame, PlanOrigin.AUTHOR)


def _placed(brief: str, card: ChapterCard, frame: PlanFrame, origin: PlanOrigin) -> Beat:
    """A beat with the people and the place that it names, or else the chapter's."""
    people = mentioned(brief, frame.people) or card.characters[:2]
    places = mentioned(brief, frame.places) or card.places
    return Beat("", brief, 0, people, places[0] if places else "", origin.value)


def _invented(
    questions: Questions, card: ChapterCard, frame: PlanFrame, count: int, told: Set[str]
) -> list[Beat]:
    """`count` beats, the closing one last."""
    role = frame.structure.role_of(card.number)
    filling = frame.skeleton.beats(card.number, role, count, told)
    if count == 1:
        return filling
    variables = {
        "title": frame.title,
        "premise": frame.premise,
        "number": card.number,
        "total": frame.structure.total_chapters,
        "chapter_title": card.title,
        "chapter_brief": card.brief,
        "people": frame.people_shown(),
        "places": frame.places_shown(),
        "count": count,
        "closes": frame.structure.closes(card.number),
    }
    from_json = questions.ask_json(
        "plan_beats",
        variables,
        ["beats", card.number],
        lambda answer: _from_json(answer, card, frame, count, told),
        _TOKENS_A_BEAT * count + 40,
    )
    if from_json is not None:
        return _filled(from_json[:-1], filling[:-1]) + from_json[-1:]
    best = _Best(count - 1, told)
    questions.ask_labelled(
        "plan_beats",
        variables | {"count": count - 1},
        "1.",
        ["beats", card.number],
        best.parse,
        _TOKENS_A_BEAT * (count - 1) + 20,
    )
    origin = PlanOrigin.REPAIRED if best.items.is_repaired else PlanOrigin.MODEL
    beats = [
        _placed(unified_names(brief, frame.people), card, frame, origin)
        for brief in best.items.items
    ]
    return _filled(beats, filling[:-1]) + filling[-1:]


class _Best:
    """Takes a whole list, and remembers the longest of those that fell short.

    Less than half of one is no list.
    """

    def __init__(self, count: int, told: Set[str]) -> None:
        self._count = count
        self._told = told
        self.items = Items(())

    def parse(self, answer: str) -> Items | None:
        found = parse_beats("1." + answer, self._count)
        new = tuple(each for each in found.items if each.casefold() not in self._told)
        found = Items(new, found.is_repaired or len(new) < len(found.items))
        if len(new) > len(self.items.items) and 2 * len(new) >= self._count:
            self.items = found
        return found if len(new) == self._count else None


def _from_json(
    answer: str, card: ChapterCard, frame: PlanFrame, count: int, told: Set[str]
) -> list[Beat] | None:
    """At least half of the beats, the last one the closing beat; None when there are fewer."""
    parsed = read_answer(BeatsAnswer, answer)
    if parsed is None:
        return None
    known = set(told)
    beats: list[Beat] = []
    for each in parsed.beats:
        beat = _beat_from_json(each, card, frame)
        if beat is not None and beat.brief.casefold() not in known:
            known.add(beat.brief.casefold())
            beats.append(beat)
    if len(beats) < max(2, count // 2):
        return None
    if len(beats) < len(parsed.beats) or len(beats) != count:
        beats = [replace(beat, origin=PlanOrigin.REPAIRED.value) for beat in beats]
    return beats if len(beats) <= count else [*beats[: count - 1], beats[-1]]


def _beat_from_json(told: BeatAnswer, card: ChapterCard, frame: PlanFrame) -> Beat | None:
    brief = whole_sentences(unified_names(told.brief, frame.people))
    if brief is None:
        return None
    origin = PlanOrigin.MODEL if brief == told.brief else PlanOrigin.REPAIRED
    beat = _placed(brief, card, frame, origin)
    people = mentioned(", ".join(told.characters), frame.people)
    places = mentioned(told.place, frame.places)
    return replace(
        beat, characters=people or beat.characters, place=places[0] if places else beat.place
    )


def _filled(beats: Sequence[Beat], filling: Sequence[Beat]) -> list[Beat]:
    """The beats there are, and behind them those that stand last in the filling."""
    return [*beats, *filling[len(beats) :]]


def _between(given: Sequence[Beat], others: Sequence[Beat]) -> list[Beat]:
    """The author's beats in their order, the first first and the last last, others spread out.

    A single one of the author's comes first.
    """
    total, gaps = len(others), max(1, len(given) - 1)
    beats: list[Beat] = []
    for index, beat in enumerate(given):
        beats.append(beat)
        if index < gaps:
            beats += others[index * total // gaps : (index + 1) * total // gaps]
    return beats


def _weights(beats: Sequence[Beat], slot: ChapterSlot) -> list[float]:
    """In proportion to the words that the author gave; others vary a little, closings are short."""
    told = {beat.brief: float(beat.words) for beat in slot.beats if beat.words}
    usual = sum(told.values()) / len(told) if told else 1.0
    last = len(beats) - 1

    def shape(at: int) -> float:
        return 1.0 + 0.1 * (at * (slot.number + 1) % 3)

    plain = [
        _OPENING if at == 0 and last else _CLOSING if at == last and last else shape(at)
        for at in range(len(beats))
    ]
    return [told.get(beat.brief, usual * plain[at]) for at, beat in enumerate(beats)]


def _origin_of(beats: Sequence[Beat]) -> PlanOrigin:
    """That of all beats but the closing one; `repaired` where they differ."""
    origins = {beat.origin for beat in (beats[:-1] or beats)}
    return PlanOrigin(origins.pop()) if len(origins) == 1 else PlanOrigin.REPAIRED
