"""Plans a novel with the model, one seeded call after the other.

A call's input is the premise, the structure and the plan so far, never the prose and never
the clock; so a plan is the same whether it is made at once, part by part, or across restarts.
What the model cannot answer usably in a few attempts is filled from the skeleton, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from novelgen.engine.protocol import DecodeObserver, Engine
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import ChatMessage, DecodeRequest, FinishReason, SamplingParams
from novelgen.planning.parsing import parse_beats, parse_chapter, parse_premise, parse_title
from novelgen.planning.skeleton import (
    role_at,
    skeleton_beats,
    skeleton_premise,
    skeleton_title,
)
from novelgen.planning.structure import ChapterSlot, default_beats
from novelgen.prompting.library import PromptLibrary
from novelgen.text.budget import share_out

_ATTEMPTS = 3
_EARLIER_CHAPTERS = 3
_SAMPLING = SamplingParams(temperature=0.8, top_p=0.9, min_p=0.05)


@dataclass(frozen=True, slots=True)
class Beat:
    """The smallest planned unit."""

    brief: str
    words: int


@dataclass(frozen=True, slots=True)
class ChapterCard:
    """A planned chapter. `origin` is `model` or `skeleton`."""

    number: int
    part: int
    role: str
    title: str
    brief: str
    target_words: int
    origin: str


class PlanningCancelled(Exception):
    """The stop signal came in the middle of a planning call; nothing of it is kept."""


class Planner:
    """Asks the model for titles, chapters and beats of one novel."""

    def __init__(
        self,
        engine: Engine,
        library: PromptLibrary,
        *,
        seed: int,
        branch: str,
        observer: DecodeObserver | None = None,
    ) -> None:
        self._engine = engine
        self._library = library
        self._seed = seed
        self._branch = branch
        self._observer = observer

    def plan_premise(self) -> str:
        """A premise for a novel that was given none."""
        premise = self._ask("plan_premise", {}, "Premise:", ["premise"], parse_premise, 80)
        return premise or skeleton_premise(self._seed)

    def plan_title(self, premise: str) -> str:
        """A title for a novel that was given none."""
        title = self._ask("plan_title", {"premise": premise}, "Title:", ["title"], parse_title, 24)
        return title or _title_from_premise(premise)

    def plan_chapter(
        self, slot: ChapterSlot, total: int, title: str, premise: str, before: Sequence[ChapterCard]
    ) -> ChapterCard:
        """The card of one chapter, given the cards before it."""
        role = role_at(slot.position)
        earlier = [card.brief for card in before[-_EARLIER_CHAPTERS:]]
        variables = {
            "title": title,
            "premise": premise,
            "number": slot.number,
            "total": total,
            "role": role.task,
            "earlier": earlier,
        }
        taken = {card.title.casefold() for card in before}

        def parse(answer: str) -> tuple[str, str] | None:
            parsed = parse_chapter(answer)
            return parsed if parsed and parsed[0].casefold() not in taken else None

        answer = self._ask(
            "plan_chapter", variables, "Summary:", ["chapter", slot.number], parse, 110
        )
        chapter_title, brief = answer or (skeleton_title(role, slot.number, taken), role.task)
        return ChapterCard(
            slot.number,
            slot.part,
            role.name,
            chapter_title,
            brief,
            slot.target_words,
            "model" if answer else "skeleton",
        )

    def plan_beats(
        self, slot: ChapterSlot, card: ChapterCard, title: str, premise: str
    ) -> tuple[list[Beat], str]:
        """The beats of a chapter with their words, and their origin."""
        count = default_beats(card.target_words)
        variables = {
            "title": title,
            "premise": premise,
            "number": card.number,
            "chapter_title": card.title,
            "chapter_brief": card.brief,
            "count": count,
        }
        briefs: list[str] | None = None
        if count > 1:
            briefs = self._ask(
                "plan_beats",
                variables,
                "1.",
                ["beats", card.number],
                lambda answer: parse_beats("1." + answer, count),
                30 * count + 20,
            )
        origin = "model" if briefs else "skeleton"
        briefs = briefs or skeleton_beats(role_at(slot.position), count)
        words = share_out(card.target_words, [1.0] * count)
        return [Beat(brief, share) for brief, share in zip(briefs, words, strict=True)], origin

    def _ask(
        self,
        template: str,
        variables: dict[str, Any],
        reply_start: str,
        path: list[int | str],
        parse: Any,
        max_new_tokens: int,
    ) -> Any:
        """The first usable answer of a few attempts, each with a stream of its own, or None."""
        prompt = self._prompt(template, variables, reply_start)
        for attempt in range(_ATTEMPTS):
            key = stream_key(self._seed, "plan", [self._branch, *path, attempt])
            request = DecodeRequest(
                memory=None,
                brief=prompt,
                tail="",
                sampling=_SAMPLING,
                stream_keys=(key,),
                max_new_tokens=max_new_tokens,
                stop_strings=("\n\n\n", "Premise:"),
            )
            candidate = self._engine.decode(request, self._observer).candidates[0]
            if candidate.finish_reason is FinishReason.CANCELLED:
                raise PlanningCancelled
            parsed = parse(candidate.text)
            if parsed is not None:
                return parsed
        return None

    def _prompt(self, template: str, variables: dict[str, Any], reply_start: str) -> str:
        """A worked example, then the task: small models answer in the form they were shown."""
        question = self._library.render(f"{template}_question", {})
        answer = self._library.render(f"{template}_answer", {})
        task = self._library.render(template, variables)
        if not self._engine.info.has_chat_template:
            return f"{question}\n\n{answer}\n\n\n{task}\n\n{reply_start}"
        messages = [
            ChatMessage("system", self._library.render("plan_system", {})),
            ChatMessage("user", question),
            ChatMessage("assistant", answer),
            ChatMessage("user", task),
        ]
        return self._engine.render_chat(messages, reply_start)


def _title_from_premise(premise: str) -> str:
    words = premise.split()[:5]
    return " ".join(words).rstrip(".,;:!?") or "Untitled"
