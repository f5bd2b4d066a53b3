"""Asks a chat model what a chapter tells, in seeded calls; what it cannot say is read by rules.

The model sees finished prose alone and its answer never enters memory. A chapter that is longer
than a call holds is asked about piece by piece. One answer that cannot be used is given back with
what is wrong with it; after a second one the chapter is read by the rules, and says so.
"""

from collections.abc import Iterator, Sequence

from novelgen.engine.protocol import DecodeObserver, Engine
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import ChatMessage, DecodeRequest, FinishReason, SamplingParams
from novelgen.prompting.library import PromptLibrary
from novelgen.story.chapter_reading import (
    CHAPTER_SUMMARY_WORDS,
    ChapterReading,
    ReadFact,
    ReadThread,
)
from novelgen.story.model_answers import (
    Answer,
    UnusableAnswer,
    attribute_of,
    checked_summary,
    parse_answer,
    place_of,
)
from novelgen.text.known_names import KnownName, KnownNames
from novelgen.text.name_phrases import name_phrases
from novelgen.text.passages import fold, paragraphs_of
from novelgen.text.sanitize import clean_line
from novelgen.text.summaries import condense
from novelgen.text.thoughts import without_thoughts
from novelgen.text.words import count_words
from storage.records import ChapterRecord
from storage.story_records import StoryOrigin, SummaryOrigin

_ATTEMPTS = 2
_MAX_NEW_TOKENS = 900
_SUMMARY_TOKENS = 260
_PIECE_TOKENS = 2_600
"""Of prose in one call: more than that small models lose sight of."""
_MARGIN_TOKENS = 600
_LEAST_PIECE_TOKENS = 200
_MOST_NAMES = 30
_SAMPLING = SamplingParams(temperature=0.3, top_p=0.9, min_p=0.05)
_REPLY_START = '{"summary": "'


class ReadingCancelled(Exception):
    """The stop signal came in the middle of a call; nothing of it is kept."""


class ModelReader:
    """Reads chapters with a chat model."""

    def __init__(
        self,
        engine: Engine,
        library: PromptLibrary,
        seed: int,
        branch: str,
        observer: DecodeObserver | None = None,
    ) -> None:
        self._engine = engine
        self._library = library
        self._seed = seed
        self._branch = branch
        self._observer = observer

    def read(
        self,
        text: str,
        chapter: ChapterRecord,
        by_rules: ChapterReading,
        known: Sequence[KnownName],
    ) -> ChapterReading:
        """The reading by the rules, with what the model adds; as it is when the model fails.

        Raises `ReadingCancelled`.
        """
        path: list[str | int] = ["chapter", chapter.number, chapter.revision.number]
        pieces = list(self._pieces(text))
        answers: list[Answer] = []
        names = [entry.name for entry in by_rules.entries] or [each.name for each in known]
        for number, piece in enumerate(pieces, start=1):
            variables = {
                "number": chapter.number,
                "piece": number,
                "pieces": len(pieces),
                "names": names[:_MOST_NAMES],
                "text": piece,
            }
            answer = self._ask(variables, piece, [*path, number])
            if answer is None:
                return by_rules
            answers.append(answer)
        summary = self._joined([answer.summary for answer in answers], text, path)
        return ChapterReading(
            summary,
            SummaryOrigin.MODEL,
            by_rules.mentions,
            (*by_rules.facts, *_facts(answers, text, by_rules)),
            (*by_rules.threads, *_threads(answers, text)),
            by_rules.sentences,
        )

    def _pieces(self, text: str) -> Iterator[str]:
        """Paragraphs together, as many as fit in a call."""
        room = min(
            _PIECE_TOKENS, self._engine.info.context_size - 2 * _MAX_NEW_TOKENS - _MARGIN_TOKENS
        )
        room = max(room, _LEAST_PIECE_TOKENS)
        piece: list[str] = []
        used = 0
        for _, part in paragraphs_of(text):
            cost = self._engine.count_tokens(part)
            if piece and used + cost > room:
                yield "\n\n".join(piece)
                piece, used = [], 0
            piece.append(part)
            used += cost
        if piece:
            yield "\n\n".join(piece)

    def _ask(
        self, variables: dict[str, object], piece: str, path: list[str | int]
    ) -> Answer | None:
        """The first usable answer; a repair is asked for with the answer and its fault in view."""
        messages = [
            ChatMessage("system", self._library.render("story_system", {})),
            ChatMessage("user", self._library.render("story_reading", variables)),
        ]
        for attempt in range(_ATTEMPTS):
            raw = _REPLY_START + self._draw(
                messages, _REPLY_START, [*path, attempt], _MAX_NEW_TOKENS
            )
            try:
                return parse_answer(raw, piece)
            except UnusableAnswer as error:
                repair = self._library.render("story_repair", {"problem": str(error)})
                messages = [
                    *messages[:2],
                    ChatMessage("assistant", raw),
                    ChatMessage("user", repair),
                ]
        return None

    def _joined(self, summaries: list[str], text: str, path: list[str | int]) -> str:
        """One summary of a chapter out of those of its pieces."""
        if len(summaries) == 1 or count_words(" ".join(summaries)) <= CHAPTER_SUMMARY_WORDS:
            return " ".join(summaries)
        variables = {"summaries": summaries, "words": CHAPTER_SUMMARY_WORDS}
        messages = [ChatMessage("user", self._library.render("story_summary", variables))]
        raw = self._draw(messages, "", [*path, "summary"], _SUMMARY_TOKENS)
        try:
            return checked_summary(raw, text)
        except UnusableAnswer:
            return condense(summaries, 2 * CHAPTER_SUMMARY_WORDS)

    def _draw(
        self,
        messages: Sequence[ChatMessage],
        reply_start: str,
        path: Sequence[str | int],
        max_new_tokens: int,
    ) -> str:
        """What the model answers; nothing where the question does not fit into its context."""
        prompt = self._engine.render_chat(messages, reply_start)
        room = self._engine.info.context_size - max_new_tokens
        if self._engine.count_prompt_tokens(prompt, "") > room:
            return ""
        request = DecodeRequest(
            memory=None,
            brief=prompt,
            tail="",
            sampling=_SAMPLING,
            stream_keys=(stream_key(self._seed, "story", [self._branch, *path]),),
            max_new_tokens=max_new_tokens,
        )
        candidate = self._engine.decode(request, self._observer).candidates[0]
        if candidate.finish_reason is FinishReason.CANCELLED:
            raise ReadingCancelled
        return without_thoughts(candidate.text)


def _facts(answers: Sequence[Answer], text: str, by_rules: ChapterReading) -> Iterator[ReadFact]:
    """The model's facts about entries that the chapter names, without those the rules have."""
    names = by_rules.mentions.names
    have = {(fact.entry, fact.attribute, fact.value.casefold()) for fact in by_rules.facts}
    for answer in answers:
        for fact in answer.facts:
            entry = _entry_of(fact.about, names, by_rules)
            attribute, value = attribute_of(fact.attribute), clean_line(fact.value).rstrip(".")
            if entry is None or not value or (entry, attribute, value.casefold()) in have:
                continue
            have.add((entry, attribute, value.casefold()))
            paragraph = place_of(fact.quote, text)
            assert paragraph is not None  # checked when the answer was read
            yield ReadFact(entry, attribute, value, fold(fact.quote), paragraph, StoryOrigin.MODEL)


def _entry_of(about: str, names: KnownNames, by_rules: ChapterReading) -> str | None:
    entries = {entry.name for entry in by_rules.entries}
    if about in entries:
        return about
    phrases = name_phrases(f"it is {about}", frozenset(about.split()))
    found = names.find(phrases[0]) if len(phrases) == 1 else None
    return found if found in entries else None


def _threads(answers: Sequence[Answer], text: str) -> Iterator[ReadThread]:
    for answer in answers:
        for thread in answer.threads:
            paragraph = place_of(thread.quote, text)
            assert paragraph is not None  # checked when the answer was read
            yield ReadThread(
                thread.kind,
                clean_line(thread.text),
                fold(thread.quote),
                paragraph,
                is_due_soon=False,
                origin=StoryOrigin.MODEL,
            )
