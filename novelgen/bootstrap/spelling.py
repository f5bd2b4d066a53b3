"""Spelling for a front end: English, the person's own words, and the names of a novel."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from novelgen.bootstrap.workbench import Workbench
    from novelgen.text.personal_dictionary import PersonalDictionary
    from novelgen.text.spelling import Speller


class SpellingDesk:
    """The spelling of a workbench."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._dictionary: PersonalDictionary | None = None

    @property
    def dictionary(self) -> "PersonalDictionary":
        """The person's own words, for all novels: `dictionary.txt` beside the configuration."""
        if self._dictionary is None:
            from novelgen.text.personal_dictionary import PersonalDictionary

            self._dictionary = PersonalDictionary(self._workbench.paths.personal_dictionary)
        return self._dictionary

    def for_novel(self, reference: str) -> "Speller":
        """A speller that knows the novel's names; it has its words, so that none is read later.

        Takes a quarter of a second the first time. Raises `RecordNotFound` and `StorageError`.
        """
        from novelgen.story.spelling_names import names_of_novel
        from novelgen.text.spelling import Speller
        from novelgen.text.word_list import english_words

        english_words()
        with self._workbench.store.reading() as work:
            names = names_of_novel(work, work.novels.find(reference))
        return Speller([*self.dictionary.words(), *names])

    def learn(self, word: str) -> bool:
        """Add a word to the person's own; whether it is new. Raises `StorageError`."""
        return self.dictionary.add(word)
