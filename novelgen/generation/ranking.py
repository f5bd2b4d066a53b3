"""Chooses among candidates without a judge.

What speaks against a draft is a sum of terms, each with its weight; the one with the least is kept.
Most terms are counted in the text. Two ask the model, for the best few only: how well the passage
tells its beat, and how much better it is foreseen by the novel's memory than by an empty one.
"""

from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import asdict, dataclass, replace
from functools import cached_property

from novelgen.generation.drafts import Draft, Wanted
from novelgen.text.alarms.prose_words import ngrams, placed_words
from novelgen.text.invented_names import invented_names
from novelgen.text.prose_metrics.coherence import content_counts, cosine

_N = 4
_MATTER_WORDS = 1_000
_MATTER = (0.17, 0.30)
_MATTER_WIDTH = 0.30
"""The middle half, and the width from p5 to p95, of the cosine of the content words of 165 words
and the 1,000 before: 1,040 places in 26 human novels (p5 0.11, median 0.22, p95 0.41)."""
_FINALISTS = 2
"""Drafts that the model is asked about; each takes a reading or two."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What speaks against a draft: 0 where nothing does. None where it was not looked at."""

    length: float
    """How far from the wanted words, as a share of them."""
    names: float
    """Names in it that nobody has heard of."""
    likelihood: float
    """How much less likely the model found it than the likeliest draft, in nats a token."""
    repeats: float | None = None
    """Share of its 4-grams that the last 5,000 words or itself hold already, 0 to 1."""
    bands: float | None = None
    """How far its metrics, with the words before it, are outside of what humans write, in widths of
    the human bands."""
    matter: float | None = None
    """How far it is from saying as much of what the last 1,000 words spoke of as human prose does,
    in widths of the human band: it turns around the same things, or has left them."""
    voice: float | None = None
    """How far it is from the person and tense of the book, 0 to 2."""
    beat: float | None = None
    """How much less likely its beat is after it than without it, in nats a token; below 0 when it
    is likelier."""
    memory: float | None = None
    """How much less likely it is with the novel's memory than with an empty one, in nats a token;
    below 0 when the memory foresees it."""


WEIGHTS = Terms(
    length=1.0,
    names=0.15,
    likelihood=0.3,
    repeats=12.0,
    bands=2.0,
    matter=2.0,
    voice=1.0,
    beat=0.5,
    memory=2.0,
)
"""How much each counts. Chosen by hand, not tuned on anything: docs/writing.md."""
_END_LENGTH = 4.0
"""The length of a chapter's last passage counts more: nothing after it can make up for it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A draft, what speaks against it, and the sum."""

    draft: Draft
    terms: Terms
    cost: float


AskModel = Callable[[Sequence[Draft]], Sequence[tuple[float, float | None]]]
"""The terms `beat` and `memory` of each draft."""


class Ranker:
    """Ranks the drafts of one passage."""

    def __init__(
        self,
        recent: Sequence[str],
        known_names: Set[str],
        band_distance: Callable[[str], float],
        ask: AskModel | None = None,
        voice_distance: Callable[[str], float] | None = None,
        *,
        is_on: bool = True,
    ) -> None:
        """`recent` are the last 5,000 words of the book, `known_names` words of names.

        One that is off leaves drafts in the order they were drawn in.
        """
        self._is_on = is_on
        self._recent = recent
        self._known_names = known_names
        self._band_distance = band_distance
        self._ask = ask
        self._voice_distance = voice_distance

    @cached_property
    def _known(self) -> set[tuple[str, ...]]:
        return set(ngrams(self._recent, _N))

    @cached_property
    def _matter(self) -> Counter[str]:
        return content_counts(self._recent[-_MATTER_WORDS:])

    def rank(self, drafts: Sequence[Draft], wanted: Wanted) -> list[Judged]:
        """The drafts, the one to keep first. Equal costs keep their order."""
        likelihoods = [d.mean_logprob for d in drafts if d.mean_logprob is not None]
        likeliest = max(likelihoods, default=0.0)
        terms = [self._terms(draft, wanted, likeliest) for draft in drafts]
        if len(drafts) > 1:
            terms = [
                self._compared(each, draft.text) for each, draft in zip(terms, drafts, strict=True)
            ]
        judged = [
            self._judged(draft, each, wanted) for draft, each in zip(drafts, terms, strict=True)
        ]
        if not self._is_on:
            return judged
        judged.sort(key=lambda each: each.cost)
        if self._ask is None or len(judged) < 2:
            return judged
        finalists, rest = judged[:_FINALISTS], judged[_FINALISTS:]
        answers = self._ask([each.draft for each in finalists])
        finalists = [
            self._judged(each.draft, replace(each.terms, beat=beat, memory=memory), wanted)
            for each, (beat, memory) in zip(finalists, answers, strict=True)
        ]
        return [*sorted(finalists, key=lambda each: each.cost), *rest]

    def _terms(self, draft: Draft, wanted: Wanted, likeliest: float) -> Terms:
        likelihood = 0.0 if draft.mean_logprob is None else likeliest - draft.mean_logprob
        invented = invented_names(draft.text, self._known_names)
        return Terms(
            length=abs(draft.words - wanted.words) / max(wanted.words, 1),
            names=float(len(invented)),
            likelihood=likelihood,
        )

    def _compared(self, terms: Terms, text: str) -> Terms:
        """The terms that cost more to count, and that say nothing of a lone draft."""
        words = placed_words(text).words
        return replace(
            terms,
            repeats=_repeat_share(words, self._known),
            bands=self._band_distance(text),
            matter=self._matter_distance(words) if self._recent else None,
            voice=None if self._voice_distance is None else self._voice_distance(text),
        )

    def _matter_distance(self, words: Sequence[str]) -> float:
        shared = cosine(self._matter, content_counts(words))
        low, high = _MATTER
        if len(self._recent) < _MATTER_WORDS:
            low = 0.0  # the band was taken of 1,000 words; fewer share less with any passage
        return (max(0.0, shared - high) + max(0.0, low - shared)) / _MATTER_WIDTH

    def _judged(self, draft: Draft, terms: Terms, wanted: Wanted) -> Judged:
        weights = replace(WEIGHTS, length=_END_LENGTH) if wanted.ends_chapter else WEIGHTS
        cost = sum(
            weight * value
            for weight, value in zip(asdict(weights).values(), asdict(terms).values(), strict=True)
            if value is not None
        )
        return Judged(draft, terms, cost)


def repeat_share(text: str, recent: str) -> float:
    """Share of the 4-grams of `text` that it or the recent prose already holds, 0 to 1."""
    return _repeat_share(placed_words(text).words, set(ngrams(placed_words(recent).words, _N)))


def _repeat_share(words: Sequence[str], known: Set[tuple[str, ...]]) -> float:
    grams = ngrams(words, _N)
    return 1.0 - len(set(grams) - known) / len(grams) if grams else 0.0
