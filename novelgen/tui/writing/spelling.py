"""Goes through the words of the page that are not known, one after the other."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from novelgen.tui.asking import ask
from novelgen.tui.writing.spelling_dialog import SpellingAnswer, SpellingDialog, around
from novelgen.tui.writing.styling import Span

if TYPE_CHECKING:
    from novelgen.text.spelling import Misspelling, Speller
    from novelgen.tui.writing.desk import WritingDesk


class SpellingRound:
    """The spelling of one desk."""

    def __init__(self, desk: "WritingDesk") -> None:
        self._desk = desk
        self._speller: Speller | None = None
        self._began = 0
        """Where the round began: it ends there."""
        self._is_behind = True
        """Whether it has not come to the chapter's end yet."""
        self._forget: Callable[[], object] = _nothing_to_forget
        """Drops what was found in lines before a word was learnt."""

    def know(self, speller: "Speller") -> None:
        """From now on misspelt words are marked on the page."""
        self._speller = speller

        @lru_cache(maxsize=4096)
        def misspelt(line: str) -> tuple[Span, ...]:
            return tuple((word.start, word.end) for word in speller.misspelt(line))

        self._desk.page.misspelt_in = misspelt
        self._forget = misspelt.cache_clear
        self._desk.page.restyle()

    def next_word(self) -> None:
        """Ask about the words that are not known: from the cursor on, then up to it."""
        self._began, self._is_behind = self._desk.page.selected[1], True
        self._ask_next()

    def _ask_next(self) -> None:
        desk, speller = self._desk, self._speller
        if speller is None:
            desk.say("The word list is still being read.")
            return
        page = desk.page
        text = page.text
        found = self._next_of(speller.misspelt(text))
        if found is None:
            return
        page.select(found.start, found.end)
        word, span = found.word, (found.start, found.end)

        def answered(answer: SpellingAnswer | None) -> None:
            if answer is not None:
                self._answered(answer, word, span)

        def show(suggestions: Sequence[str]) -> None:
            is_low = page.cursor_screen_offset.y > desk.app.size.height // 2
            dialog = SpellingDialog(word, suggestions, around(text, span), is_low=is_low)
            desk.app.push_screen(dialog, answered)

        ask(desk, lambda _: speller.suggestions(word), show, group="spelling")

    def _next_of(self, words: "Sequence[Misspelling]") -> "Misspelling | None":
        """The next one of the round; where there is none, that is told."""
        at = self._desk.page.selected[1]
        if self._is_behind:
            found = next((word for word in words if word.start >= at), None)
            if found is not None:
                return found
            self._is_behind, at = False, 0
        found = next((word for word in words if at <= word.start < self._began), None)
        if found is None:
            self._desk.say("That was the last one." if words else "Every word is known.")
        return found

    def _answered(self, answer: SpellingAnswer, word: str, span: Span) -> None:
        desk = self._desk
        if answer.learns:
            ask(
                desk,
                lambda workbench: workbench.spelling.learn(word),
                lambda _: self._learnt(word),
                group="learn",
            )
            return
        if answer.put:
            if desk.page.text[span[0] : span[1]] != word:
                desk.say(f"“{word}” does not stand there any more.")
                return
            desk.page.put(*span, answer.put)
            if span[0] < self._began:
                self._began += len(answer.put) - len(word)
        self._ask_next()

    def _learnt(self, word: str) -> None:
        if self._speller is not None:
            self._speller.learn(word)
            self._forget()
        self._desk.page.restyle()
        self._ask_next()


def _nothing_to_forget() -> None:
    """Until a word list is there."""
