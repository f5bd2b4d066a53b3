"""Ghost text: a few sentences that go on exactly from a cursor, shown as they come.

One row, so that the first word comes as soon as the model can. What the guard strikes is drawn
again with other numbers; the best of it is taken where nothing is good.
"""

import re
from dataclasses import dataclass

from novelgen.engine.protocol import Engine
from novelgen.engine.randomness import stream_key
from novelgen.errors import ModelError
from novelgen.generation.co_writing_context import CoWritingContext, Told
from novelgen.generation.co_writing_judging import best_beginning
from novelgen.generation.co_writing_rows import Listener, draw_rows, new_tokens
from novelgen.generation.co_writing_values import Continuation, WordRange
from novelgen.generation.drafts import DraftMaker, Wanted
from novelgen.generation.passage import hotter
from novelgen.prompting.brief import Brief
from novelgen.text.joins import (
    begins_paragraph,
    cut_between,
    follows_in_paragraph,
    is_inside_sentence,
    is_mid_sentence,
    lead_between,
    sentence_ends,
    trail_between,
    with_quote_closed,
    without_repeated,
    without_repeated_end,
)
from novelgen.text.prose import without_fragment
from novelgen.text.words import count_words

_TIMES = 3
_LEAST_WORDS = 6
"""Of a sentence that is taken although more was wanted."""
_LEAST_SHARE = 0.4
"""Of the wanted words, from which on a text is good."""
_NO_BEGINNING = re.compile(r"[^\w\s\"“”'‘’«(—–…,.;:!?-]|\d+[.)]\s")
_INSIDE = WordRange(2, 16)
"""Words put into a sentence that goes on behind."""
_SURE_CHARS = 24
"""Behind the end of a sentence, after which it is known to be one."""


@dataclass(frozen=True, slots=True)
class _Try:
    """A text that was drawn, without the white space around it."""

    raw: str
    body: str
    is_good: bool


class GhostWriter:
    """Draws one continuation."""

    def __init__(
        self, engine: Engine, context: CoWritingContext, wanted: WordRange, seed: int
    ) -> None:
        self._engine, self._context, self._seed = engine, context, seed
        before, after = context.before, context.after
        self._is_inside = is_inside_sentence(before, after)
        self._wanted = _INSIDE if self._is_inside else wanted
        self._stops = ("\n",) if follows_in_paragraph(after) else ()
        self._has_begun = bool(before.strip())

    def draw(self, brief: Brief, attempt: int, listener: Listener) -> Continuation:
        """Raises `DrawingCancelled`, and `ModelError` when the model writes nothing usable."""
        told = self._context.told(brief, new_tokens=new_tokens(self._wanted.most))
        tries: list[_Try] = []
        prompt_tokens = 0
        for time in range(_TIMES):
            if time:
                listener.show("")
            key = stream_key(self._seed, "ghost", [self._context.chapter, attempt, time])
            rows = draw_rows(
                self._engine,
                told,
                hotter(self._context.sampling, time),
                [key],
                self._wanted.most,
                listener,
                shaped=self._shaped,
                is_over=self._is_over,
                stop_strings=self._stops,
                least_words=0 if self._is_inside else self._wanted.least,
            )
            prompt_tokens = rows.prompt_tokens
            tries.append(self._try(rows.texts[0], told))
            if tries[-1].is_good:
                break
        best = max(tries, key=lambda each: (each.is_good, count_words(each.body)))
        if not best.body:
            raise ModelError(
                f"The model wrote nothing usable at this place of chapter {self._context.chapter}.",
                "Try again, or say first what happens next.",
            )
        text = self._placed(best)
        listener.show(text)
        return Continuation(
            text=text,
            words=count_words(text),
            memory_upto=told.memory_upto,
            seconds_to_first_text=listener.first_text,
            seconds_waited=listener.waited,
            seconds=listener.seconds,
            prompt_tokens=prompt_tokens,
            times_drawn=len(tries),
        )

    @property
    def _maker(self) -> DraftMaker:
        wanted = Wanted(
            self._wanted.most,
            starts_paragraph=begins_paragraph(self._context.before),
            opens_chapter=not self._has_begun,
        )
        return DraftMaker(self._context.watch, wanted, self._context.before)

    def _body(self, raw: str) -> str:
        """What was drawn as prose, without what stands before the cursor already."""
        before = self._context.before
        prose = DraftMaker(None, Wanted(0, starts_paragraph=False), before[-4_000:]).cleaned(raw)
        if not self._has_begun:
            return without_fragment(prose)
        return without_repeated(before[-400:], prose)

    def _shaped(self, raw: str) -> str:
        body = self._body(raw)
        return self._lead(raw) + body if body else ""

    def _lead(self, raw: str) -> str:
        return lead_between(self._context.before, raw)

    def _is_over(self, raw: str) -> bool:
        """Whether a row holds enough, or what must not stand."""
        if self._breaks_sentence(raw):
            return True
        body = self._body(raw)
        if self._is_inside:
            return count_words(body) > self._wanted.most
        enough = self._ends(body)
        sure = len(body) - _SURE_CHARS
        if any(count_words(body[:end]) >= self._wanted.least and end < sure for end in enough):
            return True
        return self._maker.struck(raw) is not None

    def _breaks_sentence(self, raw: str) -> bool:
        """Whether a paragraph begins in the middle of a sentence."""
        first = raw[: len(raw) - len(raw.lstrip())]
        return "\n" in first and is_mid_sentence(self._context.before) and self._has_begun

    def _ends(self, body: str, *, closed: bool = True) -> list[int]:
        return sentence_ends(self._context.before, body, closed=closed)

    def _try(self, raw: str, told: Told) -> _Try:
        if self._breaks_sentence(raw):
            return _Try(raw, "", is_good=False)
        standing, is_struck = self._maker.before_alarm(raw)
        body = self._body(standing)
        if self._is_inside:
            after = self._context.after
            kept = best_beginning(self._engine, told, self._lead(raw), body, after, self._wanted)
            return _Try(raw, kept, is_good=bool(kept) and not is_struck)
        kept = self._cut(body, is_struck=is_struck)
        is_prose = bool(kept) and not _NO_BEGINNING.match(kept)
        is_good = is_prose and count_words(kept) >= self._wanted.least * _LEAST_SHARE
        return _Try(raw, kept, is_good=is_good)

    def _cut(self, body: str, *, is_struck: bool) -> str:
        """Up to the end of a sentence near the wanted words, else of a clause."""
        wanted = self._wanted
        ends = self._ends(body)
        counted = [(end, count_words(body[:end])) for end in ends]
        within = [end for end, words in counted if wanted.least <= words <= wanted.most]
        if within:
            return body[: within[0]]
        shorter = [end for end, words in counted if _LEAST_WORDS <= words < wanted.least]
        longer = [end for end, words in counted if words > wanted.most]
        if shorter or longer:
            return body[: shorter[-1] if shorter else longer[0]]
        opened = self._ends(body, closed=False)
        if opened and not follows_in_paragraph(self._context.after):
            return with_quote_closed(self._context.before, body[: opened[-1]])
        if is_struck:
            return body[: ends[-1]] if ends else ""
        return cut_between(body, wanted.least // 2, wanted.most)

    def _placed(self, tried: _Try) -> str:
        body = tried.body
        if follows_in_paragraph(self._context.after):
            body = without_repeated_end(body, self._context.after[:400]) or body
        return self._lead(tried.raw) + body + trail_between(body, self._context.after)
