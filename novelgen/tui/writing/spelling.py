"""Goes through the words of the page that are not known, one after the other."""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from novelgen.tui.asking import ask
from novelgen.tui.writing.spelling_dialog import SpellingAnswer, SpellingDialog
from novelgen.tui.writing.styling import Span

if TYPE_CHECKING:
    from novelgen.text.spelling import Speller
    from novelgen.tui.writing.desk import WritingDesk


class SpellingRound:
    """The spelling of one desk."""

    def __init__(self, desk: "WritingDesk") -> None:
        self._desk = desk
        self._speller: Speller | None = None
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
        """Ask about the next word, from the cursor on, that is not known."""
        desk, speller = self._desk, self._speller
        if speller is None:
            desk.say("The word list is still being read.")
            return
        page = desk.page
        text, at = page.text, page.selected[1]
        words = speller.misspelt(text)
        found = next((word for word in words if word.start >= at), words[0] if words else None)
        if found is None:
            desk.say("Every word is known.")
            return
        page.select(found.start, found.end)
        word = text[found.start : found.end]
        span = (found.start, found.end)

        def answered(answer: SpellingAnswer | None) -> None:
            if answer is not None:
                self._answered(answer, word, span)

        ask(
            desk,
            lambda _: speller.suggestions(word),
            lambda suggestions: desk.app.push_screen(SpellingDialog(word, suggestions), answered),
            group="spelling",
        )

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
        self.next_word()

    def _learnt(self, word: str) -> None:
        if self._speller is not None:
            self._speller.learn(word)
            self._forget()
        self._desk.page.restyle()
        self.next_word()


def _nothing_to_forget() -> None:
    """Until a word list is there."""
