"""Rewrites a selection: told by an instruction where the model has a chat template, else drawn anew
from the text before and judged by how well it leads to the text behind.

Only the selection changes. What takes its place begins and ends as it did, inside a sentence too.
"""

from dataclasses import replace

from novelgen.engine.protocol import Engine
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import ChatMessage
from novelgen.errors import ModelError
from novelgen.generation.co_writing_context import BooksRead, CoWritingContext, Told
from novelgen.generation.co_writing_judging import (
    beginnings_of,
    first_words,
    line_after,
    nats_of_after,
)
from novelgen.generation.co_writing_rows import Listener, Rows, draw_rows, new_tokens
from novelgen.generation.co_writing_values import (
    Instruction,
    Rewritten,
    Selection,
    WordRange,
    can_follow,
)
from novelgen.generation.drafts import DraftMaker, Wanted
from novelgen.generation.infill_ranking import Rewriting, best
from novelgen.generation.passage import hotter
from novelgen.generation.passage_source import PassageSource
from novelgen.generation.ranking import repeat_share
from novelgen.text.joins import (
    begins_paragraph,
    follows_in_paragraph,
    is_in_quotation,
    is_inside_sentence,
    is_mid_sentence,
    lead_between,
    sentence_ends,
    with_quote_closed,
    within_paragraph,
    without_repeated,
    without_repeated_end,
)
from novelgen.text.leaks import count_leaks
from novelgen.text.rewritten_answers import rewritten_passage
from novelgen.text.sentences import end_of_prose
from novelgen.text.words import count_words

MOST_WORDS = 800
_TIMES = 3
_ROWS, _ROWS_OF_LONG = 4, 2
_LONG_WORDS = 150
_PLACES = 3
"""At which a row may end inside a sentence."""
_SURE_CHARS = 24
_SHOWN_CHARS = 900
_SHOWN_AFTER_WORDS = 80
_ANSWER_SLACK = 1.6


def wanted_words(passage: str, instruction: Instruction) -> int:
    """Words that a passage is to have afterwards, about."""
    return max(2, round(count_words(passage) * instruction.ready.length))


class Rewriter:
    """Rewrites one selection."""

    def __init__(
        self,
        source: PassageSource,
        books: BooksRead,
        selection: Selection,
        instruction: Instruction,
    ) -> None:
        passage = selection.passage
        self._core = passage.strip()
        self._lead = passage[: len(passage) - len(passage.lstrip())]
        self._trail = passage[len(passage.rstrip()) :]
        self._before = selection.before + self._lead
        self._after = self._trail + selection.after
        self._source, self._instruction = source, instruction
        self._wanted = wanted_words(passage, instruction)
        self._context = CoWritingContext(
            source, books, selection.chapter, self._before, self._after
        )
        stands_alone = begins_paragraph(self._before) and not follows_in_paragraph(self._after)
        self._keeps_paragraphs = stands_alone or "\n" in self._core

    @property
    def _engine(self) -> Engine:
        return self._source.engine

    def draw(self, attempt: int, listener: Listener) -> Rewritten:
        """Raises `DrawingCancelled`, and `ModelError` when the model writes nothing usable."""
        drawn = self._asked if can_follow(self._engine.info) else self._drawn_anew
        text, told, candidates = drawn(attempt, listener)
        placed = self._lead + text + self._trail
        listener.show(placed)
        return Rewritten(
            text=placed,
            words=count_words(text),
            memory_upto=told.memory_upto,
            seconds_to_first_text=listener.first_text,
            seconds_waited=listener.waited,
            seconds=listener.seconds,
            candidates=candidates,
        )

    def _asked(self, attempt: int, listener: Listener) -> tuple[str, Told, int]:
        """By a model that can be told what to change."""
        told = self._context.told_as(self._question(), "")
        struck = ""
        for time in range(_TIMES):
            (raw,) = self._rows(
                told, attempt, time, 1, round(self._wanted * _ANSWER_SLACK) + 20, listener
            ).texts
            text = self._answered(raw)
            standing, is_struck = self._maker.before_alarm(text)
            if text and not is_struck:
                return text, told, time + 1
            struck = struck or self._to_sentence(standing)
            listener.show("")
        if not struck:
            raise self._nothing()
        return struck, told, _TIMES

    def _question(self) -> str:
        brief = self._context.brief(instruction=self._instruction.told)
        variables = {
            "title": brief.title,
            "voice": brief.voice,
            "facts": brief.facts,
            "before": end_of_prose(self._before.rstrip(), _SHOWN_CHARS).strip(),
            "passage": self._core,
            "after": first_words(self._after.strip(), _SHOWN_AFTER_WORDS),
            "instruction": self._instruction.told,
            "words": self._wanted,
            "begins_inside": is_mid_sentence(self._before),
            "ends_inside": self._ends_inside,
            "one_paragraph": not self._keeps_paragraphs,
        }
        library = self._source.library
        return self._engine.render_chat(
            [
                ChatMessage("system", library.render("rewrite_chat_system", {})),
                ChatMessage("user", library.render("rewrite_chat_user", variables)),
            ]
        )

    def _answered(self, raw: str) -> str:
        return rewritten_passage(
            raw,
            self._before,
            self._core,
            self._after,
            keeps_paragraphs=self._keeps_paragraphs,
        )

    def _drawn_anew(self, attempt: int, listener: Listener) -> tuple[str, Told, int]:
        """By a model that only goes on with a text: several, of which the text behind judges."""
        brief = self._context.leading_brief(self._instruction.text.strip(), self._wanted)
        most = self._wanted + min(self._wanted, 30)
        told = self._context.told(brief, new_tokens=new_tokens(most))
        found: list[tuple[str, str]] = []
        for time in range(_TIMES):
            count = _ROWS if self._wanted <= _LONG_WORDS else _ROWS_OF_LONG
            rows = self._rows(told, attempt, time, count, most, listener)
            for raw in rows.texts:
                lead = lead_between(self._before, raw)
                found += [(lead, body) for body in self._bodies(raw) if body]
            if found:
                break
            listener.show("")
        if not found:
            raise self._nothing()
        return self._best(told, found), told, len(found)

    def _rows(
        self, told: Told, attempt: int, time: int, count: int, most: int, listener: Listener
    ) -> Rows:
        is_asked = can_follow(self._engine.info)
        where: list[int | str] = [self._context.chapter, str(self._instruction.ready)]
        sampling = self._context.sampling
        if is_asked:  # the words of the passage may, and mostly must, be said again
            sampling = replace(sampling, no_repeat_ngram=0, repetition_penalty=1.0)
        return draw_rows(
            self._engine,
            told,
            hotter(sampling, time),
            [
                stream_key(self._source.novel.seed, "rewriting", [*where, attempt, time, row])
                for row in range(count)
            ],
            most,
            listener,
            shaped=self._answered if is_asked else self._standing,
            is_over=(lambda _: False) if is_asked else self._is_over,
            least_words=0 if is_asked or self._ends_inside else self._wanted // 2,
        )

    @property
    def _ends_inside(self) -> bool:
        return is_inside_sentence(self._before + self._core, self._after)

    @property
    def _maker(self) -> DraftMaker:
        wanted = Wanted(self._wanted, starts_paragraph=begins_paragraph(self._before))
        return DraftMaker(self._context.watch, wanted, self._before)

    def _standing(self, raw: str) -> str:
        """What was drawn as prose, without what stands before it already."""
        plain = DraftMaker(None, Wanted(0, starts_paragraph=False), self._before[-4_000:])
        return without_repeated(self._before[-400:], plain.cleaned(raw))

    def _within(self, raw: str) -> str:
        return raw if self._keeps_paragraphs else within_paragraph(self._before, raw)

    def _is_over(self, raw: str) -> bool:
        if self._within(raw) != raw:
            return True
        text = self._standing(raw)
        sure = len(text) - _SURE_CHARS
        ends = self._ends(text)
        is_enough = any(count_words(text[:end]) >= self._wanted and end < sure for end in ends)
        return is_enough or self._maker.struck(raw) is not None

    def _bodies(self, raw: str) -> list[str]:
        """What of a row may stand in the place of the passage: where a sentence goes on behind it,
        several beginnings."""
        if "\n" in raw[: len(raw) - len(raw.lstrip())] and is_mid_sentence(self._before):
            return []
        standing, _ = self._maker.before_alarm(self._within(raw))
        text = self._standing(standing)
        if not self._ends_inside:
            return [without_repeated_end(self._to_sentence(text), self._after[:400])]
        wanted = WordRange(max(1, self._wanted // 2), self._wanted + max(2, self._wanted // 2))
        return beginnings_of(text, wanted, _PLACES)

    def _to_sentence(self, text: str) -> str:
        """Up to the end of a sentence near the wanted words."""
        ends = self._ends(text)
        if not ends:
            ends = sentence_ends(self._before, text, in_quotation=None)
        if not ends:
            return ""
        end = min(ends, key=lambda each: abs(count_words(text[:each]) - self._wanted))
        is_open = follows_in_paragraph(self._after)
        return text[:end] if is_open else with_quote_closed(self._before, text[:end])

    def _ends(self, text: str) -> list[int]:
        """Where it may end: in a quotation where the passage does, and the text behind goes on."""
        whole = self._before + self._core
        in_quotation = follows_in_paragraph(self._after) and is_in_quotation(whole)
        return sentence_ends(self._before, text, in_quotation=in_quotation)

    def _best(self, told: Told, found: list[tuple[str, str]]) -> str:
        gap, following = self._behind()
        joined = [lead + text + gap for lead, text in found]
        nats = nats_of_after(self._engine, told, joined, following)
        if self._ends_inside:
            return found[max(range(len(found)), key=nats.__getitem__)][1]
        near = f"{self._context.shown_before}\n\n{self._after[:2_000]}"
        judged = [
            Rewriting(
                number,
                text,
                count_words(text),
                leads,
                repeat_share(text, near),
                count_leaks(text),
            )
            for number, ((_, text), leads) in enumerate(zip(found, nats, strict=True), 1)
        ]
        return best(judged, self._wanted).text

    def _behind(self) -> tuple[str, str]:
        """The white space behind the passage, and the words that judge."""
        if self._ends_inside:
            return "", line_after(self._after)
        gap = self._after[: len(self._after) - len(self._after.lstrip())]
        return gap, first_words(self._after.strip())

    def _nothing(self) -> ModelError:
        return ModelError(
            f"The model wrote nothing usable in the place of the selection in chapter "
            f"{self._context.chapter}.",
            "Try again, select whole sentences, or use another model; the text is as it was.",
        )
