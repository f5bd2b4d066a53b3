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
from novelgen.generation.co_writing_rows import Listener, Rows, draw_rows, new_tokens
from novelgen.generation.co_writing_values import Continuation, WordRange
from novelgen.generation.drafts import DraftMaker, Wanted
from novelgen.generation.passage import hotter
from novelgen.prompting.brief import Brief
from novelgen.text.joins import (
    begins_paragraph,
    cut_between,
    follows_in_paragraph,
    is_in_quotation,
    is_inside_sentence,
    is_mid_sentence,
    lead_between,
    sentence_ends,
    trail_between,
    with_quote_closed,
    within_paragraph,
    without_repeated,
    without_repeated_end,
)
from novelgen.text.prose import without_fragment
from novelgen.text.words import count_words

_ROWS = (1, 4, 4)
"""Drawn together at each try; the prompt is read once for all."""
_LEAST_WORDS = 6
"""Of a sentence that is taken although more was wanted."""
_LEAST_SHARE = 0.4
"""Of the wanted words, from which on a text is good."""
_NO_PROSE = re.compile(
    r"[^\w\s\"“”'‘’«(—–…,.;:!?-]|\d+\w*\s*[.)–—-]\s"
    r"|what happens next\b|.{0,90}\b(?:title|author|plot|theme|part) of the (?:novel|story|book)\b",
    re.IGNORECASE,
)
"""At the beginning of what was drawn: lists, headings, and questions about the book."""
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
    is_struck: bool
    """Whether it was cut before something that must not stand."""


class GhostWriter:
    """Draws one continuation."""

    def __init__(
        self, engine: Engine, context: CoWritingContext, wanted: WordRange, seed: int
    ) -> None:
        self._engine, self._context, self._seed = engine, context, seed
        before, after = context.before, context.after
        self._is_inside = is_inside_sentence(before, after)
        self._wanted = _INSIDE if self._is_inside else wanted
        self._is_line = follows_in_paragraph(after)
        self._has_begun = bool(before.strip())

    def draw(self, brief: Brief, attempt: int, listener: Listener) -> Continuation:
        """Raises `DrawingCancelled`, and `ModelError` when the model writes nothing usable."""
        told = self._context.told(brief, new_tokens=new_tokens(self._wanted.most))
        tries: list[_Try] = []
        for time, count in enumerate(_ROWS):
            if time:
                listener.show("")
            heat = sum(each.is_struck for each in tries)
            rows = self._rows(told, attempt, time, count, min(heat, time), listener)
            tries += [self._try(raw, told) for raw in rows.texts]
            if any(each.is_good for each in tries):
                break
        usable = [each for each in tries if each.is_good or not each.is_struck]
        best = max(usable, key=self._worth, default=None)
        if best is None or not best.body:
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
            prompt_tokens=rows.prompt_tokens,
            times_drawn=time + 1,
        )

    def _worth(self, tried: _Try) -> tuple[bool, int]:
        """Good ones before others, and of those the one nearest to the wanted words."""
        return tried.is_good, -abs(count_words(tried.body) - self._wanted.least)

    def _rows(
        self, told: Told, attempt: int, time: int, count: int, heat: int, listener: Listener
    ) -> Rows:
        where: list[int | str] = [self._context.chapter, attempt, time]
        is_last = time + 1 == len(_ROWS)
        return draw_rows(
            self._engine,
            told,
            hotter(self._context.sampling, heat),
            [stream_key(self._seed, "ghost", [*where, row]) for row in range(count)],
            self._wanted.most,
            listener,
            shaped=self._shaped,
            is_over=self._is_over,
            least_words=self._wanted.least if is_last and not self._is_inside else 0,
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
        if self._breaks_sentence(raw) or self._within(raw) != raw:
            return True
        body = self._body(raw)
        if self._is_inside:
            return count_words(body) > self._wanted.most
        enough = self._ends(body)
        sure = len(body) - _SURE_CHARS
        if any(count_words(body[:end]) >= self._wanted.least and end < sure for end in enough):
            return True
        return self._maker.struck(raw) is not None

    def _within(self, raw: str) -> str:
        return within_paragraph(self._context.before, raw) if self._is_line else raw

    def _breaks_sentence(self, raw: str) -> bool:
        """Whether a paragraph begins in the middle of a sentence."""
        first = raw[: len(raw) - len(raw.lstrip())]
        return "\n" in first and is_mid_sentence(self._context.before) and self._has_begun

    def _ends(self, body: str) -> list[int]:
        """Where it may end: quotations are closed, save one that the text behind goes on with."""
        context = self._context
        in_quotation = follows_in_paragraph(context.after) and is_in_quotation(context.before)
        return sentence_ends(context.before, body, in_quotation=in_quotation)

    def _try(self, raw: str, told: Told) -> _Try:
        if self._breaks_sentence(raw):
            return _Try(raw, "", is_good=False, is_struck=False)
        raw = self._within(raw)
        standing, is_struck = self._maker.before_alarm(raw)
        body = self._body(standing)
        if self._is_inside:
            after = self._context.after
            kept = best_beginning(self._engine, told, self._lead(raw), body, after, self._wanted)
            return _Try(raw, kept, is_good=bool(kept) and not is_struck, is_struck=is_struck)
        kept = self._cut(body, is_struck=is_struck)
        is_prose = bool(kept) and not _NO_PROSE.match(kept)
        least = _LEAST_WORDS if self._is_line else self._wanted.least * _LEAST_SHARE
        is_good = is_prose and count_words(kept) >= least
        return _Try(raw, kept, is_good=is_good, is_struck=is_struck or not is_prose)

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
        opened = sentence_ends(self._context.before, body, in_quotation=None)
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
