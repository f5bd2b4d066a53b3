"""Asks the model one planning question: a prompt, a few seeded attempts, the first usable answer.

There are two ways to ask. In the *labelled* style the model sees a worked example and answers in
its form; small models can. In the *json* style a model with a chat template is told a form and
answers in JSON. Which one a model masters is found out once and kept in the plan.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from novelgen.engine.protocol import DecodeObserver, Engine
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import ChatMessage, DecodeRequest, FinishReason, SamplingParams
from novelgen.prompting.library import PromptLibrary
from novelgen.text.thoughts import without_thoughts

JSON, LABELLED = "json", "labelled"
_ATTEMPTS = 3
_SAMPLING = SamplingParams(temperature=0.8, top_p=0.9, min_p=0.05)
_JSON_TOKENS = 2
"""A JSON answer takes this many times the tokens of a labelled one."""

ParsedT = TypeVar("ParsedT")
Path = list[int | str]


class PlanningCancelled(Exception):
    """The stop signal came in the middle of a planning call; nothing of it is kept."""


class Questions:
    """Asks about one novel. Every call has a stream of its own, named by what is asked."""

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
        """`answers` is the style that the model is known to master; empty: it is found out."""
        self._engine = engine
        self._library = library
        self._seed = seed
        self._path: Path = [branch] if round_ == 0 else [branch, "round", round_]
        self._observer = observer
        self.answers = answers if engine.info.has_chat_template else LABELLED

    def ask_json(
        self,
        template: str,
        variables: Mapping[str, Any],
        path: Path,
        parse: Callable[[str], ParsedT | None],
        max_new_tokens: int,
    ) -> ParsedT | None:
        """The usable answer in JSON; None when there is none, or the model is known not to.

        A model of which nothing is known yet has one attempt.
        """
        if self.answers == LABELLED:
            return None
        messages = [
            ChatMessage("system", self._library.render("plan_json_system", {})),
            ChatMessage("user", self._library.render(f"{template}_json", variables)),
        ]
        prompt = self._engine.render_chat(messages, "{")
        for attempt in range(_ATTEMPTS if self.answers == JSON else 1):
            text = self._decode(
                prompt, [*path, JSON, attempt], _JSON_TOKENS * max_new_tokens, ("\n\n\n",)
            )
            parsed = parse("{" + text)
            if parsed is not None:
                return parsed
        return None

    def ask_labelled(
        self,
        template: str,
        variables: Mapping[str, Any],
        reply_start: str,
        path: Path,
        parse: Callable[[str], ParsedT | None],
        max_new_tokens: int,
    ) -> ParsedT | None:
        """The first usable answer of a few attempts, or None."""
        prompt = self._worked_example(template, variables, reply_start)
        for attempt in range(_ATTEMPTS):
            text = self._decode(prompt, [*path, attempt], max_new_tokens, ("\n\n\n", "Premise:"))
            parsed = parse(text)
            if parsed is not None:
                return parsed
        return None

    def _decode(
        self, prompt: str, path: Path, max_new_tokens: int, stop_strings: tuple[str, ...]
    ) -> str:
        """What the model answers; nothing where the question does not fit into its context."""
        room = self._engine.info.context_size - max_new_tokens
        if self._engine.count_prompt_tokens(prompt, "") > room:
            return ""
        request = DecodeRequest(
            memory=None,
            brief=prompt,
            tail="",
            sampling=_SAMPLING,
            stream_keys=(stream_key(self._seed, "plan", [*self._path, *path]),),
            max_new_tokens=max_new_tokens,
            stop_strings=stop_strings,
        )
        candidate = self._engine.decode(request, self._observer).candidates[0]
        if candidate.finish_reason is FinishReason.CANCELLED:
            raise PlanningCancelled
        return without_thoughts(candidate.text)

    def _worked_example(self, template: str, variables: Mapping[str, Any], reply_start: str) -> str:
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
