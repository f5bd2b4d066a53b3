"""Draws one passage: decode, clean, cut at a sentence end near the wanted length, choose.

A passage is a function of the novel's seed, its place and brief, the memory, and the text before.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

from novelgen.engine.protocol import DecodeObserver, Engine
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import Candidate, DecodeRequest, FinishReason, MemoryState
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.ranking import Draft, best_draft
from novelgen.prompting.context import fit_tail
from novelgen.text.leaks import count_leaks, without_leaks
from novelgen.text.prose import clean_prose, cut_to_words, force_sentence, joint
from novelgen.text.words import count_words

_ATTEMPTS = 3
RETRY_ROWS = 4
"""Rows of a second attempt: four cost little more than two, and one good one is enough."""
_SLACK_WORDS = 40
_MOST_TOKENS_PER_WORD = 2.0
_MIN_SHARE = 0.4


class DrawingCancelled(Exception):
    """The stop signal came while a passage was drawn; nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class PassagePlace:
    """Where a passage stands; with the seed it names the random streams of its rows."""

    branch: str
    chapter: int
    revision: int
    segment: int
    passage: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage to append, white space that joins it included."""

    text: str
    words: int
    tokens_drawn: int
    provenance: dict[str, Any]


class PassageWriter:
    """Draws passages for one novel."""

    def __init__(
        self, engine: Engine, settings: NovelSettings, seed: int, observer: DecodeObserver
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._seed = seed
        self._observer = observer
        self._retry_rows = max(settings.candidates, RETRY_ROWS)

    def draw(
        self,
        place: PassagePlace,
        memory: MemoryState,
        brief: str,
        prose_before: str,
        *,
        wanted_words: int,
        starts_paragraph: bool,
    ) -> Passage:
        """A passage of about `wanted_words` that ends on a complete sentence.

        Raises `DrawingCancelled` when the observer stops the decoding.
        """
        request = self._request(memory, brief, prose_before, wanted_words, starts_paragraph)
        drawn = 0
        drafts: list[Draft] = []
        last: Candidate | None = None
        for attempt in range(_ATTEMPTS):
            result = self._engine.decode(
                replace(
                    request,
                    stream_keys=self._keys(place, attempt),
                    min_new_tokens=wanted_words if attempt == _ATTEMPTS - 1 else 0,
                ),
                self._observer,
            )
            drawn += result.num_tokens
            if any(c.finish_reason is FinishReason.CANCELLED for c in result.candidates):
                raise DrawingCancelled
            last = result.candidates[0]
            found = [
                self._draft(attempt, row, candidate, wanted_words, starts_paragraph)
                for row, candidate in enumerate(result.candidates)
            ]
            drafts += [draft for draft in found if draft.words]
            if any(_is_good(draft, wanted_words) for draft in drafts):
                break
        if drafts:
            chosen = best_draft(drafts, prose_before, wanted_words)
            return self._passage(chosen, place, drawn, forced=False)
        text = force_sentence(clean_prose(last.text if last else ""), wanted_words)
        lead = "" if starts_paragraph or not text else " "
        draft = Draft(_ATTEMPTS - 1, 0, lead + text, count_words(text), 0.0, count_leaks(text))
        return self._passage(draft, place, drawn, forced=True)

    def _request(
        self,
        memory: MemoryState,
        brief: str,
        prose_before: str,
        wanted_words: int,
        starts_paragraph: bool,
    ) -> DecodeRequest:
        max_words = wanted_words + _SLACK_WORDS
        max_new_tokens = round(max_words * _MOST_TOKENS_PER_WORD)
        tail = fit_tail(
            brief,
            prose_before,
            "\n\n" if starts_paragraph else "",
            self._engine,
            tail_tokens=self._settings.tail_tokens,
            new_tokens=max_new_tokens,
        )
        return DecodeRequest(
            memory=memory,
            brief=brief,
            tail=tail,
            sampling=self._settings.sampling,
            stream_keys=(),
            max_new_tokens=max_new_tokens,
            max_words=max_words,
        )

    def _keys(self, place: PassagePlace, attempt: int) -> tuple[bytes, ...]:
        where: list[int | str] = [
            place.branch,
            place.chapter,
            place.revision,
            place.segment,
            place.passage,
        ]
        rows = self._settings.candidates if attempt == 0 else self._retry_rows
        return tuple(stream_key(self._seed, "prose", [*where, row, attempt]) for row in range(rows))

    def _draft(
        self,
        attempt: int,
        row: int,
        candidate: Candidate,
        wanted_words: int,
        starts_paragraph: bool,
    ) -> Draft:
        prose = clean_prose(candidate.text)
        text = cut_to_words(clean_prose(without_leaks(prose)), wanted_words)
        if count_words(text) < wanted_words * _MIN_SHARE:
            text = cut_to_words(prose, wanted_words)
        lead = "" if starts_paragraph else joint(candidate.text)
        words, leaks = count_words(text), count_leaks(text)
        return Draft(attempt, row, lead + text, words, candidate.mean_logprob, leaks)

    def _passage(self, draft: Draft, place: PassagePlace, drawn: int, *, forced: bool) -> Passage:
        provenance = {
            **asdict(place),
            "candidate": draft.candidate,
            "attempt": draft.attempt,
            "words": draft.words,
            "leaks": draft.leaks,
            "mean_logprob": round(draft.mean_logprob, 4),
            "tokens_drawn": drawn,
        }
        if forced:
            provenance["forced_sentence_end"] = True
        return Passage(draft.text, draft.words, drawn, provenance)


def _is_good(draft: Draft, wanted_words: int) -> bool:
    return draft.words >= wanted_words * _MIN_SHARE and not draft.leaks
