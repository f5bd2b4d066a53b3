"""Plans a novel with the model, one seeded call after the other.

A call's input is the premise, the structure and the plan so far, never the prose and never
the clock; so a plan is the same whether it is made at once, part by part, or across restarts.
What the model cannot answer usably in a few attempts is filled from the skeleton, and says so.
"""

from collections.abc import Callable, Sequence, Set
from typing import Any

from novelgen.engine.protocol import DecodeObserver, Engine
from novelgen.planning.beat_planner import plan_beats
from novelgen.planning.cards import Cast, ChapterCard, PartCard
from novelgen.planning.cast_planner import plan_cast, settle_answers
from novelgen.planning.frame import PlanFrame
from novelgen.planning.json_answers import ChapterAnswer, read_answer
from novelgen.planning.parsing import (
    TitledBrief,
    parse_brief,
    parse_chapter,
    parse_premise,
    parse_title,
    says_again,
    unified_names,
    whole_sentences,
)
from novelgen.planning.premise_names import mentioned
from novelgen.planning.questions import Path, Questions
from novelgen.planning.skeleton import skeleton_premise
from novelgen.planning.structure import ChapterSlot
from novelgen.prompting.library import PromptLibrary
from storage.records import PlannedBeats, PlanOrigin

_COMPARED_CHAPTERS = 24
"""Before a chapter, whose briefs its own must not say again."""
_EARLIER_CHAPTERS = 3
_BRIEF_TOKENS = 110
_NOBODY: tuple[str, ...] = ()


class Planner:
    """Asks the model for the cast, the parts, the chapters and the beats of one novel."""

    def __init__(
        self,
        engine: Engine,
        library: PromptLibrary,
        *,
        seed: int,
        branch: str,
        observer: DecodeObserver | None = None,
        answers: str = "",
        round_: int = 0,
    ) -> None:
        """`answers` and `round_` are those of the `Structure`."""
        self._seed = seed
        self._questions = Questions(
            engine,
            library,
            seed=seed,
            branch=branch,
            observer=observer,
            answers=answers,
            round_=round_,
        )

    @property
    def answers(self) -> str:
        """In which style the model answers; empty while that is not known."""
        return self._questions.answers

    def plan_premise(self) -> str:
        """A premise for a novel that was given none."""
        ask = self._questions.ask_labelled
        premise = ask("plan_premise", {}, "Premise:", ["premise"], parse_premise, 80)
        return premise or skeleton_premise(self._seed)

    def plan_title(self, premise: str) -> str:
        """A title for a novel that was given none."""
        return self._title_of(premise, ["title"]) or title_from(premise)

    def plan_cast(self, premise: str, target_words: int) -> Cast:
        """Who and what is in the novel; finds out, too, how the model answers."""
        return plan_cast(self._questions, premise, self._seed, target_words)

    def settle_answers(self, premise: str, target_words: int) -> None:
        """Find out how the model answers where that is not known: once, whatever is asked after.

        For a novel whose cast is an author's. The same premise, seed, target and model give the
        same answer, so a run that is cut off and resumed settles the same.
        """
        if not self.answers:
            settle_answers(self._questions, premise, target_words)

    def plan_part(self, number: int, frame: PlanFrame) -> PartCard:
        """The card of one part, given those before it in the frame."""
        before = [card for part, card in sorted(frame.parts.items()) if part < number]
        role = frame.structure.role_of_part(number)
        variables = self._told(frame) | {
            "number": number,
            "total": frame.structure.total_parts,
            "role": role.task,
            "earlier": [card.brief for card in before[-_EARLIER_CHAPTERS:]],
        }
        taken = _taken(before)
        answer = self._titled(
            "plan_part", variables, ["part", number], frame, taken, [card.brief for card in before]
        )
        if answer is None:
            title, brief = frame.skeleton.part(number, role)
            return PartCard(number, title, brief, PlanOrigin.SKELETON.value)
        return PartCard(number, answer[0].title, answer[0].brief, _origin(answer[0]).value)

    def plan_chapter(
        self,
        slot: ChapterSlot,
        frame: PlanFrame,
        before: Sequence[ChapterCard],
        after: Sequence[ChapterCard] = (),
    ) -> ChapterCard:
        """The card of one chapter, given the cards before it, and those after it that a person has
        made already. What the author said is kept."""
        taken = _taken([*before, *after])
        if slot.brief:
            return self._with_title(slot, frame, taken)
        role = frame.structure.role_of(slot.number)
        part = frame.part_brief(slot.part)
        variables = self._told(frame) | {
            "number": slot.number,
            "total": frame.structure.total_chapters,
            "role": role.task,
            "part": part if part != frame.premise else "",
            "chapter_title": slot.title,
            "earlier": [card.brief for card in before[-_EARLIER_CHAPTERS:]],
        }
        path: Path = ["chapter", slot.number]
        answer = self._titled(
            "plan_chapter",
            variables,
            path,
            frame,
            taken,
            [card.brief for card in before[-_COMPARED_CHAPTERS:]],
            title=slot.title,
        )
        skeleton = frame.skeleton
        scene = skeleton.scene(slot.number)
        if answer is None:
            title = slot.title or skeleton.chapter_title(slot.number, role, taken)
            brief = skeleton.chapter_brief(slot.number, role, taken)
            people, places = scene.characters, _NOBODY
            origin = PlanOrigin.SKELETON
        else:
            told, people, places = answer
            title, brief, origin = slot.title or told.title, told.brief, _origin(told)
        return ChapterCard(
            slot.number,
            slot.part,
            role.name,
            title,
            brief,
            slot.target_words,
            origin.value,
            tuple(people) or scene.characters,
            tuple(places) or (scene.place,),
        )

    def plan_beats(
        self,
        slot: ChapterSlot,
        card: ChapterCard,
        frame: PlanFrame,
        told: Set[str] = frozenset(),
    ) -> PlannedBeats:
        """The beats of a chapter with their words; `told` are casefolded briefs used elsewhere."""
        return plan_beats(self._questions, slot, card, frame, told)

    def _with_title(self, slot: ChapterSlot, frame: PlanFrame, taken: Set[str]) -> ChapterCard:
        """An author's chapter that lacks nothing but a title."""
        title = slot.title or self._title_of(slot.brief, ["chapter title", slot.number])
        if not title or (not slot.title and title.casefold() in taken):
            title = title_from(slot.brief)
        return author_card(slot, frame, title)

    def _title_of(self, text: str, path: Path) -> str | None:
        ask = self._questions.ask_labelled
        return ask("plan_title", {"premise": text}, "Title:", path, parse_title, 24)

    def _told(self, frame: PlanFrame) -> dict[str, Any]:
        return {
            "title": frame.title,
            "premise": frame.premise,
            "people": frame.people_shown(),
            "places": frame.places_shown(),
        }

    def _titled(
        self,
        template: str,
        variables: dict[str, Any],
        path: Path,
        frame: PlanFrame,
        taken: Set[str],
        earlier: Sequence[str],
        title: str = "",
    ) -> tuple[TitledBrief, tuple[str, ...], tuple[str, ...]] | None:
        """A title and a brief that are new, with the people and the places in it."""

        def is_new(told: TitledBrief) -> bool:
            if {told.title.casefold(), told.brief.casefold()} & taken - {""}:
                return False
            return not says_again(told.brief, earlier)

        def from_json(answer: str) -> tuple[TitledBrief, ChapterAnswer] | None:
            parsed = read_answer(ChapterAnswer, answer)
            told = None if parsed is None else _titled_brief(parsed, title)
            return (told, parsed) if parsed and told and is_new(told) else None

        def from_lines(answer: str) -> TitledBrief | None:
            parse: Callable[[str], TitledBrief | None] = parse_brief if title else parse_chapter
            told = parse(answer)
            return told if told and is_new(told) else None

        ask = self._questions
        parsed = ask.ask_json(template, variables, path, from_json, _BRIEF_TOKENS)
        if parsed is not None:
            told, answer = parsed
            told = _unified(told, frame)
            names = ", ".join((*answer.characters, told.brief))
            spots = ", ".join((*answer.places, told.brief))
            return told, mentioned(names, frame.people), mentioned(spots, frame.places)
        lines = ask.ask_labelled(template, variables, "Summary:", path, from_lines, _BRIEF_TOKENS)
        if lines is None:
            return None
        told = _unified(lines, frame)
        people, places = mentioned(told.brief, frame.people), mentioned(told.brief, frame.places)
        return told, people, places


def author_card(slot: ChapterSlot, frame: PlanFrame, title: str) -> ChapterCard:
    """The card of a chapter whose brief is the author's."""
    scene = frame.skeleton.scene(slot.number)
    return ChapterCard(
        slot.number,
        slot.part,
        frame.structure.role_of(slot.number).name,
        title,
        slot.brief,
        slot.target_words,
        PlanOrigin.AUTHOR.value,
        mentioned(f"{title}. {slot.brief}", frame.people) or scene.characters,
        mentioned(f"{title}. {slot.brief}", frame.places) or (scene.place,),
    )


def title_from(text: str) -> str:
    """A title made of the first words of a text."""
    words = text.split()[:5]
    return " ".join(words).rstrip(".,;:!?") or "Untitled"


def _titled_brief(told: ChapterAnswer, title: str) -> TitledBrief | None:
    own_title = title or parse_title(told.title)
    brief = whole_sentences(told.brief)
    if own_title is None or brief is None:
        return None
    is_repaired = (not title and own_title != told.title) or brief != told.brief
    return TitledBrief("" if title else own_title, brief, is_repaired)


def _unified(told: TitledBrief, frame: PlanFrame) -> TitledBrief:
    brief = unified_names(told.brief, frame.people)
    return TitledBrief(told.title, brief, told.is_repaired or brief != told.brief)


def _origin(told: TitledBrief) -> PlanOrigin:
    return PlanOrigin.REPAIRED if told.is_repaired else PlanOrigin.MODEL


def _taken(before: Sequence[ChapterCard] | Sequence[PartCard]) -> set[str]:
    """Titles and briefs that are used, casefolded."""
    return {text.casefold() for card in before for text in (card.title, card.brief)}
