"""What a plan says where the model says nothing usable: a plain story, told with the novel's cast.

A pure function of the seed, the cast and the number of a chapter. No two sentences in a novel of up
to 5,000 chapters are the same: a chapter's thing comes back every so many chapters, and each time
with another variant or circumstance, counted through and never drawn.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from novelgen.engine.randomness import stream_key, uniforms
from novelgen.planning import skeleton_phrases as phrases
from novelgen.planning.cards import Cast, CastMember
from novelgen.planning.roles import Role
from novelgen.planning.structure import Structure
from novelgen.text.words import iter_words
from storage.records import Beat, PlanOrigin

_CHAPTERS_A_THING = 4
"""How often a thing comes back in a novel, where there are things enough."""
_LEAST_THINGS = 3
_TITLES = re.compile(r"(?:Mrs?|Ms|Miss|Dr|Sir|Lady|Lord|Captain|Father|Mother|Aunt|Uncle|Old)\.?")
_SKELETON = PlanOrigin.SKELETON.value


@dataclass(frozen=True, slots=True)
class Scene:
    """Who meets where, over what."""

    focus: str
    other: str
    place: str
    thing: str
    turn: int
    """How many earlier chapters turned on the same thing."""
    offset: int
    """Where the circumstances are counted from."""

    @property
    def characters(self) -> tuple[str, ...]:
        return tuple(name for name in (self.focus, self.other) if name)


class Skeleton:
    """Fills the plan of one novel."""

    def __init__(self, seed: int, structure: Structure, cast: Cast, premise: str) -> None:
        self._seed = seed
        self._structure = structure
        self._characters = [member.name for member in cast.characters] or ["the stranger"]
        self._places = [member.name for member in cast.places] or ["the house"]
        self._things = _things(seed, premise, structure.total_chapters)
        self._offset = _number(seed, "circumstance", len(phrases.CIRCUMSTANCES))

    def scene(self, number: int) -> Scene:
        """The scene of chapter `number`; in every round of planning another one."""
        round_, count = self._structure.round, len(self._things)
        names, index = self._characters, number - 1 + round_
        thing = (number - 1 + 3 * round_) % count
        turns_a_round = 1 + self._structure.total_chapters // count
        focus = names[0] if index % 2 == 0 or len(names) < 3 else names[1 + index // 2 % 2]
        others = [name for name in names if name != focus]
        other = others[(index + index // len(others)) % len(others)] if others else "somebody"
        if focus != names[0] and index % 4 == 1:
            other = names[0]  # a book is about somebody: seldom is a chapter without
        return Scene(
            focus,
            other,
            self._places[(index + index // len(self._places)) % len(self._places)],
            self._things[thing],
            (number - 1) // count + round_ * turns_a_round,
            self._offset + 7 * thing,
        )

    def chapter_brief(self, number: int, role: Role, taken: Set[str] = frozenset()) -> str:
        """What happens in chapter `number`; `taken` are casefolded briefs."""
        return _say(phrases.CHAPTER_BRIEFS[role.name], self.scene(number), 0, taken)

    def chapter_title(self, number: int, role: Role, taken: Set[str] = frozenset()) -> str:
        """A title for chapter `number`; `taken` are casefolded titles."""
        scene, listed = self.scene(number), phrases.ROLE_TITLES[role.name]
        turned = [listed[(number + step) % len(listed)] for step in range(len(listed))]
        thing, place, name = _title(scene.thing), _title(scene.place), short_name(scene.focus)
        first = [thing] if number % 2 else turned
        others = [_title(each) for each in self._things]
        pairs = [f"{thing} and {other}" for other in others if other != thing]
        choices = [
            *first,
            *turned,
            thing,
            f"{name} at {place[0].lower()}{place[1:]}",
            *(_title(f"{thing} {phrase}") for phrase in phrases.CIRCUMSTANCES),
            *pairs,
        ]
        free = (title for title in choices if title.casefold() not in taken)
        return next(free, f"{thing} {number}")

    def part(self, number: int, role: Role) -> tuple[str, str]:
        """Title and brief of part `number`."""
        scene = self.scene(number)
        things = self._things
        thing = things[-number % len(things)]
        scene = replace(scene, thing=thing)
        brief = _say((phrases.PART_BRIEFS[role.name],), scene, number, frozenset())
        return f"{_title(thing)}, Part {number}" if number > len(things) else _title(thing), brief

    def beats(
        self, number: int, role: Role, count: int, taken: Set[str] = frozenset()
    ) -> list[Beat]:
        """`count` beats without words; the last one is the closing beat of the chapter."""
        scene = self.scene(number)
        before = [phrases.OPENING_BEATS, *phrases.MIDDLE_BEATS, phrases.TURNS[role.name]]
        told = [self._beat(scene, before[at], at + 1, taken) for at in _stages(count - 1)]
        return [*told, self.closing_beat(number, taken)]

    def closing_beat(self, number: int, taken: Set[str] = frozenset()) -> Beat:
        """The scene that ends chapter `number`, its part, or the novel."""
        closes = self._structure.closes(number)
        endings = {
            "chapter": phrases.CHAPTER_ENDINGS,
            "part": phrases.PART_ENDINGS,
            "novel": phrases.NOVEL_ENDINGS,
        }
        return self._beat(self.scene(number), endings[closes], 0, taken, closes)

    def _beat(
        self,
        scene: Scene,
        variants: Sequence[str],
        shift: int,
        taken: Set[str],
        closes: str = "",
    ) -> Beat:
        brief = _say(variants, scene, 13 * shift, taken)
        return Beat("", brief, 0, scene.characters, scene.place, _SKELETON, closes)


def skeleton_premise(seed: int) -> str:
    """A premise when neither the person nor the model has one."""
    return phrases.PREMISES[seed % len(phrases.PREMISES)]


def skeleton_people(seed: int, count: int, taken: Sequence[str]) -> list[CastMember]:
    """`count` invented people, whose names share no word with those that are `taken`."""
    words = {word.casefold() for name in taken for word in name.split()}
    firsts = _turned([each for each in phrases.FIRST_NAMES if each.casefold() not in words], seed)
    lasts = _turned([each for each in phrases.LAST_NAMES if each.casefold() not in words], seed + 7)
    notes = _turned(phrases.PEOPLE, seed)
    return [
        CastMember(f"{firsts[i]} {lasts[i]}", notes[i % len(notes)], _SKELETON)
        for i in range(min(count, len(firsts), len(lasts)))
    ]


def skeleton_places(seed: int, count: int, taken: Sequence[str]) -> list[CastMember]:
    """`count` places that are not `taken`."""
    known = {name.casefold() for name in taken}
    free = _turned([each for each in phrases.PLACES if each.casefold() not in known], seed)
    notes = _turned(phrases.PLACE_NOTES, seed)
    return [
        CastMember(free[i], notes[i % len(notes)], _SKELETON) for i in range(min(count, len(free)))
    ]


def short_name(name: str) -> str:
    """What a person is called for short: the first name, and the whole one behind a title."""
    first = name.split()[0] if name.split() else name
    is_whole = name[:1].islower() or _TITLES.fullmatch(first)
    return name if is_whole else first


def _stages(count: int) -> list[int]:
    """Which of the stages before the ending a chapter of so many beats has, in order."""
    last = len(phrases.MIDDLE_BEATS) + 1
    if count <= 1:
        return [last] * count
    return [index * last // (count - 1) for index in range(count)]


def _say(variants: Sequence[str], scene: Scene, shift: int, taken: Set[str]) -> str:
    """One sentence, the first that is not taken: an edited plan may hold sentences of this one."""
    most = len(variants) * len(phrases.CIRCUMSTANCES)
    turns = (replace(scene, turn=scene.turn + more) for more in range(most))
    said = (_sentence(variants, each, shift) for each in turns)
    return next((each for each in said if each.casefold() not in taken), "") or _sentence(
        variants, scene, shift
    )


def _sentence(variants: Sequence[str], scene: Scene, shift: int) -> str:
    """For one thing, `scene.turn` counts through variants and circumstances."""
    number = len(variants)
    circumstances = phrases.CIRCUMSTANCES
    mixed = shift * (1 + scene.offset // 28)  # so that not all stages of a chapter go in step
    chosen = variants[(scene.turn + scene.offset + mixed) % number]
    at = scene.turn // number + scene.offset + shift + 11 * (scene.turn % number)
    sentence = chosen.format(
        a=short_name(scene.focus),
        b=short_name(scene.other),
        p=scene.place,
        t=scene.thing,
        d=circumstances[at % len(circumstances)],
    )
    return sentence[0].upper() + sentence[1:]


def _things(seed: int, premise: str, total_chapters: int) -> list[str]:
    """The things that chapters turn on; those that the premise speaks of come first."""
    count = max(_LEAST_THINGS, total_chapters // _CHAPTERS_A_THING)
    told = {word.strip(".,;:!?\"'“”’").casefold() for word in iter_words(premise)}
    named = [each for each in phrases.THINGS if each.split()[-1] in told]
    others = _turned([each for each in phrases.THINGS if each not in named], seed)
    return [*named, *others][:count]


def _turned(choices: Sequence[str], seed: int) -> list[str]:
    """The choices in an order of the seed."""
    order = uniforms(stream_key(seed, "plan", ["skeleton", len(choices)]), 0, len(choices))
    return [choices[index] for index in order.argsort(kind="stable")]


def _number(seed: int, what: str, below: int) -> int:
    return int(uniforms(stream_key(seed, "plan", ["skeleton", what]), 0, 1)[0] * below)


def _title(phrase: str) -> str:
    """A phrase as a title: capitals, but for small words."""
    small = {"a", "an", "and", "at", "of", "on", "the", "in"}
    words = phrase.split()
    return " ".join(
        word if at and word in small else word[0].upper() + word[1:]
        for at, word in enumerate(words)
    )
