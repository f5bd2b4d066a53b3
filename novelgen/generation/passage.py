"""Draws one passage: decode under guard, cut at a sentence end near the wanted length, choose.

A passage is a function of the novel's seed, its place and brief, the memory, and the text before.
When the guard ends every row too early, drawing goes on from the last clean sentence of the best of
them, with other numbers and a stronger penalty on repetition, a bounded number of times; then the
best there is is taken, and marked.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from novelgen.engine.protocol import Engine
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import DecodeRequest, FinishReason, SamplingParams
from novelgen.generation.drafts import Draft, DraftMaker, Wanted
from novelgen.generation.guard import StreamGuard
from novelgen.generation.material import PassageMaterial
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.ranking import Judged
from novelgen.generation.stop import RunObserver
from novelgen.prompting.context import new_tokens_for
from novelgen.text.prose import force_sentence
from novelgen.text.words import count_words

ATTEMPTS = 4
RETRY_ROWS = 4
"""Rows of a second attempt: four cost little more than two, and one good one is enough."""
_MIN_SHARE = 0.4
_MORE_PENALTY = 0.05
_MORE_TEMPERATURE = 0.05
"""Added with every attempt: what went wrong once must not be the likeliest again."""
_RETRY_WINDOW = 512


class Ending(StrEnum):
    """How the drawing of a passage ended."""

    GOOD = "good"
    FELL_SHORT = "fell_short"
    """No draft was as wanted; the best of them was taken."""
    FORCED = "forced_sentence_end"
    """The model ended no sentence; one was cut."""
    NOTHING = "nothing"
    """Nothing of it could stand in a book."""


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
    context: dict[str, Any]
    """What the model saw, and every draft with what speaks against it."""


@dataclass(slots=True)
class _Attempts:
    """What was drawn for one passage so far."""

    drafts: list[Draft] = field(default_factory=list)
    prefix: str = ""
    """What the last attempt went on from."""
    tokens: int = 0
    log: list[dict[str, Any]] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    """What every row of the last attempt held when it was judged."""


class PassageWriter:
    """Draws passages for one novel."""

    def __init__(
        self, engine: Engine, settings: NovelSettings, seed: int, observer: RunObserver
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._seed = seed
        self._observer = observer

    def draw(
        self,
        place: PassagePlace,
        material: PassageMaterial,
    ) -> Passage:
        """A passage of about the wanted words that ends on a complete sentence.

        Raises `DrawingCancelled` when the observer stops the decoding.
        """
        done = _Attempts()
        for attempt in range(ATTEMPTS):
            self._attempt(attempt, place, material, done)
            if any(_is_good(draft, material.wanted) for draft in done.drafts):
                break
        usable = [draft for draft in done.drafts if _is_good(draft, material.wanted)]
        ending = Ending.GOOD
        if not usable:
            usable, ending = _best_of_bad(done, material)
        judged = material.ranker.rank(usable, material.wanted)
        self._observer.on_chosen(judged[0].draft.text)
        return _passage(place, material, done, judged, ending)

    def _attempt(
        self,
        attempt: int,
        place: PassagePlace,
        material: PassageMaterial,
        done: _Attempts,
    ) -> None:
        prefix = done.prefix = _prefix(done.drafts, material.wanted)
        maker = DraftMaker(material.watch, material.wanted, material.context.prose_before, prefix)
        self._observer.on_attempt(attempt, prefix)
        guard = StreamGuard(self._observer, maker.struck)
        left = material.wanted.words - maker.prefix_words
        request = self._request(attempt, place, material, left, prefix)
        result = self._engine.decode(request, guard)
        if any(c.finish_reason is FinishReason.CANCELLED for c in result.candidates):
            raise DrawingCancelled
        done.tokens += result.num_tokens
        rows = list(enumerate(result.candidates))
        done.last = [guard.text_of(row, candidate.text) for row, candidate in rows]
        is_scored = self._engine.info.can_score
        drafts = [
            # How far a row got before it was ended is a matter of the engine's speed, not of text.
            maker.draft(
                attempt,
                row,
                done.last[row],
                candidate.mean_logprob if is_scored and row not in guard.rejected_rows() else None,
            )
            for row, candidate in rows
        ]
        done.drafts += drafts
        done.log.append(_log(request, result.num_tokens, drafts, prefix))

    def _request(
        self,
        attempt: int,
        place: PassagePlace,
        material: PassageMaterial,
        wanted_words: int,
        prefix: str,
    ) -> DecodeRequest:
        context = material.context
        where: list[int | str] = [*asdict(place).values()]
        rows = max(self._settings.candidates, RETRY_ROWS if attempt else 1)
        return DecodeRequest(
            memory=material.memory,
            brief=context.brief,
            tail=context.tail_with(prefix),
            sampling=hotter(self._sampling(material), attempt),
            stream_keys=tuple(
                stream_key(self._seed, "prose", [*where, row, attempt]) for row in range(rows)
            ),
            max_new_tokens=new_tokens_for(wanted_words),
            min_new_tokens=wanted_words if attempt == ATTEMPTS - 1 else 0,
            max_words=wanted_words + context.slack_words,
        )

    def _sampling(self, material: PassageMaterial) -> SamplingParams:
        """Names are no repetition: DRY leaves them alone."""
        sampling = self._settings.sampling
        if not sampling.dry_multiplier:
            return sampling
        return replace(sampling, dry_exempt=(*sampling.dry_exempt, *sorted(material.names)))


def _passage(
    place: PassagePlace,
    material: PassageMaterial,
    done: _Attempts,
    judged: Sequence[Judged],
    ending: Ending,
) -> Passage:
    draft, wanted = judged[0].draft, material.wanted
    provenance: dict[str, Any] = {
        **asdict(place),
        "candidate": draft.candidate,
        "attempt": draft.attempt,
        "attempts": len(done.log),
        "words": draft.words,
        "wanted_words": wanted.words,
        "tokens_drawn": done.tokens,
        "tokens_redrawn": sum(each["tokens"] for each in done.log[1:]),
        "cost": round(judged[0].cost, 4),
    }
    stops: Counter[str] = Counter()
    for attempt in done.log:
        stops.update(attempt["stopped_by"])
    if stops:
        provenance["stopped_by"] = dict(stops)
    if draft.mean_logprob is not None:
        provenance["mean_logprob"] = round(draft.mean_logprob, 4)
    if ending is not Ending.GOOD:
        provenance[ending.value] = True
    kept = {id(each.draft) for each in judged}
    seen = {
        **material.context.as_json(),
        "attempts": done.log,
        "candidates": [_judged_as_json(each) for each in judged],
        "unused": [_draft_as_json(draft) for draft in done.drafts if id(draft) not in kept],
    }
    return Passage(draft.text, draft.words, done.tokens, provenance, seen)


def _is_good(draft: Draft, wanted: Wanted) -> bool:
    if wanted.tolerance is not None:
        return draft.words > 0 and abs(draft.words - wanted.words) <= wanted.tolerance
    return draft.words >= wanted.words * _MIN_SHARE and draft.words > 0


def _prefix(drafts: Sequence[Draft], wanted: Wanted) -> str:
    """What is kept of the attempts before: the longest clean beginning with words left to draw."""
    clean = [draft for draft in drafts if 0 < draft.words < wanted.words * _MIN_SHARE]
    if wanted.ends_chapter or not clean:
        return ""
    return max(clean, key=lambda draft: draft.words).text


def hotter(sampling: SamplingParams, attempt: int) -> SamplingParams:
    """The settings of a further attempt: what went wrong once must not be the likeliest again."""
    if not attempt:
        return sampling
    return replace(
        sampling,
        repetition_penalty=sampling.repetition_penalty + _MORE_PENALTY * attempt,
        repetition_window=max(sampling.repetition_window, _RETRY_WINDOW),
        temperature=sampling.temperature + _MORE_TEMPERATURE * attempt,
    )


def _best_of_bad(done: _Attempts, material: PassageMaterial) -> tuple[list[Draft], Ending]:
    """What is taken when no draft is as wanted: never what must not stand in a book."""
    wanted = material.wanted
    watch = material.watch and material.watch.for_grave_alarms()
    maker = DraftMaker(watch, wanted, material.context.prose_before, done.prefix)
    again = [maker.draft(ATTEMPTS - 1, row, text, None) for row, text in enumerate(done.last)]
    drafts = [draft for draft in (*done.drafts, *again) if draft.words]
    if drafts:
        nearest = min(drafts, key=lambda draft: abs(draft.words - wanted.words))
        return [nearest], Ending.FELL_SHORT
    for row, text in enumerate(done.last):
        if text.strip() and maker.struck(text) is None:
            sentence = force_sentence(maker.cleaned(text), wanted.words)
            lead = maker.lead(text) if sentence else ""
            words = count_words(sentence)
            return [Draft(ATTEMPTS - 1, row, lead + sentence, words, None)], Ending.FORCED
    return [Draft(ATTEMPTS - 1, 0, "", 0, None)], Ending.NOTHING


def _log(
    request: DecodeRequest, tokens: int, drafts: Sequence[Draft], prefix: str
) -> dict[str, Any]:
    """What an attempt was asked for beyond the context, and what it came to."""
    stops = Counter(draft.stopped_by.kind.value for draft in drafts if draft.stopped_by)
    return {
        "tokens": tokens,
        "rows": len(drafts),
        "stopped_by": dict(stops),
        "kept": prefix,
        "kept_words": count_words(prefix),
        "sampling": request.sampling.as_json(),
        "max_new_tokens": request.max_new_tokens,
    }


def _judged_as_json(judged: Judged) -> dict[str, Any]:
    terms = {name: value for name, value in asdict(judged.terms).items() if value is not None}
    return {
        **_draft_as_json(judged.draft),
        "cost": round(judged.cost, 4),
        "terms": {name: round(value, 4) for name, value in terms.items()},
    }


def _draft_as_json(draft: Draft) -> dict[str, Any]:
    alarm = draft.stopped_by
    return {
        "attempt": draft.attempt,
        "row": draft.candidate,
        "text": draft.text,
        "words": draft.words,
        "stopped_by": None if alarm is None else {"kind": alarm.kind.value, "detail": alarm.detail},
    }
