"""Plans who and what is in a novel: the premise's names first, then the model's, then others."""

import math
from collections.abc import Iterable, Sequence

from novelgen.planning.cards import Cast, CastMember
from novelgen.planning.json_answers import CastAnswer, MemberAnswer, read_answer
from novelgen.planning.parsing import clean_name, clean_note, parse_members
from novelgen.planning.premise_names import cast_of
from novelgen.planning.questions import JSON, LABELLED, Questions
from novelgen.planning.skeleton import skeleton_people, skeleton_places
from storage.records import PlanOrigin

_MODEL = PlanOrigin.MODEL.value
_TOKENS_A_MEMBER = 26
_PARTICLES = frozenset({"de", "la", "le", "du", "van", "von", "der", "den", "of", "al", "da"})
_SMALL = _PARTICLES | {"the", "and", "on", "in", "at"}
_LEAD = "the one the story is about"


def plan_cast(questions: Questions, premise: str, seed: int, target_words: int) -> Cast:
    """The cast of a novel. Finds out, too, in which style the model answers.

    A function of the premise, the seed, the target and the model alone.
    """
    people, places = cast_sizes(target_words)
    named = cast_of(premise)
    told = settle_answers(questions, premise, target_words)
    if told is None:
        told = Cast(
            tuple(_from_list(questions, "plan_people", premise, people, "people")),
            tuple(_from_list(questions, "plan_places", premise, places, "places")),
        )
    return filled_cast(_merged(named, told, people, places), seed, target_words)


def settle_answers(questions: Questions, premise: str, target_words: int) -> Cast | None:
    """Find out in which style the model answers, by asking for the cast in JSON; what it said."""
    people, places = cast_sizes(target_words)
    told = _from_json(questions, premise, people, places)
    if not questions.answers:
        questions.answers = JSON if told is not None else LABELLED
    return told


def cast_sizes(target_words: int) -> tuple[int, int]:
    """How many people and places a novel of that length has: 3 and 2 at 1,000 words, 11 and 9 at
    550,000."""
    size = math.log10(max(target_words, 10))
    people, places = round(3 * size - 6), round(2.5 * size - 5)
    return min(max(people, 2), 16), min(max(places, 2), 14)


def filled_cast(cast: Cast, seed: int, target_words: int) -> Cast:
    """The cast, with invented people and places where it has too few."""
    people, places = cast_sizes(target_words)
    known = [member.name for member in (*cast.characters, *cast.places)]
    more_people = skeleton_people(seed, people - len(cast.characters), known)
    if not cast.characters and more_people:
        lead = more_people[0]
        more_people[0] = CastMember(lead.name, _LEAD, lead.origin)
    more_places = skeleton_places(seed, places - len(cast.places), known)
    return Cast((*cast.characters, *more_people), (*cast.places, *more_places))


def _from_json(questions: Questions, premise: str, people: int, places: int) -> Cast | None:
    def parse(answer: str) -> Cast | None:
        told = read_answer(CastAnswer, answer)
        if told is None:
            return None
        cast = Cast(
            tuple(_usable(_pairs(told.characters), "people")),
            tuple(_usable(_pairs(told.places), "places")),
        )
        return cast if cast.characters and cast.places else None

    variables = {"premise": premise, "people": people, "places": places}
    tokens = _TOKENS_A_MEMBER * (people + places)
    return questions.ask_json("plan_cast", variables, ["cast"], parse, tokens)


def _from_list(
    questions: Questions, template: str, premise: str, count: int, what: str
) -> list[CastMember]:
    def parse(answer: str) -> list[CastMember] | None:
        usable = list(_usable(parse_members("1." + answer, count), what))
        return usable if 2 * len(usable) >= count else None

    variables = {"premise": premise, "count": count}
    tokens = _TOKENS_A_MEMBER * count
    return questions.ask_labelled(template, variables, "1.", [what], parse, tokens) or []


def _pairs(members: Sequence[MemberAnswer]) -> list[tuple[str, str]]:
    return [(member.name, member.description) for member in members]


def _usable(told: Iterable[tuple[str, str]], what: str) -> Iterable[CastMember]:
    for raw, note in told:
        name = clean_name(raw)
        if what == "people" and not _is_person(name):
            continue
        if what == "places":
            name = _place(name)
        if name:
            yield CastMember(name, clean_note(note), _MODEL)


def _place(name: str) -> str:
    """ "Port Sorrow" as it is, "a dark cellar" with the article of something known; or nothing."""
    if name[:1].islower():
        bare = name.removeprefix("the ").removeprefix("a ").removeprefix("an ")
        return f"the {bare}"
    words = name.removeprefix("The ").split()
    has_capitals = all(word[0].isupper() or word in _SMALL for word in words)
    if has_capitals:
        return name
    is_common = name.startswith("The ") or len(words) <= 2
    return f"the {' '.join(words)[0].lower()}{' '.join(words)[1:]}" if is_common else ""


def _is_person(name: str) -> bool:
    """Whether every word of it has a capital: "the main character" is nobody."""
    words = [word for word in name.split() if word not in _PARTICLES]
    return bool(words) and words[0] != "The" and all(word[0].isupper() for word in words)


def _merged(named: Cast, told: Cast, people: int, places: int) -> Cast:
    return Cast(
        _joined(named.characters, told.characters, named.places, people),
        _joined(named.places, told.places, named.characters, places),
    )


def _joined(
    first: Sequence[CastMember],
    then: Sequence[CastMember],
    others: Sequence[CastMember],
    count: int,
) -> tuple[CastMember, ...]:
    """The named ones, described by the model where the premise does not, and new ones behind."""
    notes = {
        known.name: next((m.description for m in then if _shares_name(m, known)), "")
        for known in first
    }
    joined = [
        CastMember(known.name, known.description or notes[known.name], known.origin)
        for known in first
    ]
    for member in then:
        if len(joined) < count and not any(_shares_name(member, k) for k in (*joined, *others)):
            joined.append(member)
    return tuple(joined)


def _shares_name(one: CastMember, other: CastMember) -> bool:
    def words(name: str) -> set[str]:
        return {word.casefold() for word in name.split() if word.casefold() != "the"}

    if one.name[0].islower() or other.name[0].islower():
        return words(one.name) == words(other.name)
    return bool(words(one.name) & words(other.name))
