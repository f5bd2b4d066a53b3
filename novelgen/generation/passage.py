"""Draws one passage: decode under guard, cut at a sentence end near the wanted length, choose.

A passage is a function of the novel's seed, its place and brief, the memory, and the text before.
When the guard ends every row too early, drawing goes on from the last clean sentence of the best of
them, with other numbers and a stronger penalty on repetition, a bounded number of times; then the
best there is is taken, and marked.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from novelgen.engine.protocol import Engine
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import Candidate, DecodeRequest, FinishReason, SamplingParams
from novelgen.generation.drafts import Draft, DraftMaker, Wanted
from novelgen.generation.guard import StreamGuard
from novelgen.generation.material import PassageMaterial
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.ranking import Judged
from novelgen.generation.stop import RunObserver
from novelgen.prompting.context import new_tokens_for
from novelgen.text.prose import clean_prose, force_sentence
from novelgen.text.words import count_words

ATTEMPTS = 4
RETRY_ROWS = 4
"""Rows of a second attempt: four cost little more than two, and one good one is enough."""
_MIN_SHARE = 0.4
_MORE_PENALTY = 0.05
_MORE_TEMPERATURE = 0.05
"""Added with every attempt: what went wrong once must not be the likeliest again."""
_RETRY_WINDOW = 512


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
    tokens: int = 0
    prompt_tokens: int = 0
    log: list[dict[str, Any]] = field(default_factory=list)
    last: str = ""


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
        wanted = material.wanted
        done = _Attempts()
        for attempt in range(ATTEMPTS):
            self._attempt(attempt, place, material, done)
            if any(_is_good(draft, wanted) for draft in done.drafts):
                break
        usable = [draft for draft in done.drafts if _is_good(draft, wanted)]
        if not usable:  # the nearest to what is wanted, however far
            drafts = [draft for draft in done.drafts if draft.words]
            usable = sorted(drafts, key=lambda draft: abs(draft.words - wanted.words))[:1]
        forced = not usable
        if forced:
            usable = [_forced(done.last, wanted)]
        judged = material.ranker.rank(usable, wanted)
        return _passage(place, material, done, judged, forced=forced)

    def _attempt(
        self,
        attempt: int,
        place: PassagePlace,
        material: PassageMaterial,
        done: _Attempts,
    ) -> None:
        prefix = _prefix(done.drafts, material.wanted)
        maker = DraftMaker(material.watch, material.wanted, material.context.prose_before, prefix)
        guard = StreamGuard(self._observer, lambda text: maker.first_alarm(text) is not None)
        left = material.wanted.words - maker.prefix_words
        result = self._engine.decode(self._request(attempt, place, material, left, prefix), guard)
        if any(c.finish_reason is FinishReason.CANCELLED for c in result.candidates):
            raise DrawingCancelled
        done.tokens += result.num_tokens
        done.prompt_tokens += result.prompt_tokens
        done.last = result.candidates[0].text
        drafts = [
            self._draft(maker, guard, attempt, row, candidate)
            for row, candidate in enumerate(result.candidates)
        ]
        done.drafts += drafts
        done.log.append(_log(result.num_tokens, drafts, prefix))

    def _draft(
        self, maker: DraftMaker, guard: StreamGuard, attempt: int, row: int, candidate: Candidate
    ) -> Draft:
        text = guard.text_of(row, candidate.text)
        is_rejected = candidate.finish_reason is FinishReason.REJECTED
        return maker.draft(attempt, row, text, None if is_rejected else candidate.mean_logprob)

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
            sampling=_hotter(self._sampling(material), attempt),
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
    *,
    forced: bool,
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
    if forced:
        provenance["forced_sentence_end"] = True
    if not forced and not _is_good(draft, wanted):
        provenance["fell_short"] = True
    seen = {
        **material.context.as_json(),
        "attempts": done.log,
        "candidates": [_judged_as_json(each) for each in judged],
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


def _hotter(sampling: SamplingParams, attempt: int) -> SamplingParams:
    if not attempt:
        return sampling
    return replace(
        sampling,
        repetition_penalty=sampling.repetition_penalty + _MORE_PENALTY * attempt,
        repetition_window=max(sampling.repetition_window, _RETRY_WINDOW),
        temperature=sampling.temperature + _MORE_TEMPERATURE * attempt,
    )


def _forced(drawn: str, wanted: Wanted) -> Draft:
    """No sentence came to its end; one is cut."""
    text = force_sentence(clean_prose(drawn), wanted.words)
    lead = "" if wanted.starts_paragraph or not text else " "
    return Draft(ATTEMPTS - 1, 0, lead + text, count_words(text), None)


def _log(tokens: int, drafts: Sequence[Draft], prefix: str) -> dict[str, Any]:
    """What an attempt came to, in a few words."""
    stops = Counter(draft.stopped_by.kind.value for draft in drafts if draft.stopped_by)
    return {
        "tokens": tokens,
        "rows": len(drafts),
        "stopped_by": dict(stops),
        "kept_words": count_words(prefix),
    }


def _judged_as_json(judged: Judged) -> dict[str, Any]:
    alarm = judged.draft.stopped_by
    return {
        "attempt": judged.draft.attempt,
        "row": judged.draft.candidate,
        "text": judged.draft.text,
        "words": judged.draft.words,
        "cost": round(judged.cost, 4),
        "terms": {
            name: round(value, 4)
            for name, value in asdict(judged.terms).items()
            if value is not None
        },
        "stopped_by": None if alarm is None else {"kind": alarm.kind.value, "detail": alarm.detail},
    }
