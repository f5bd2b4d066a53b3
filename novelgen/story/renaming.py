"""A name changes in all that is known of a story: entries, facts, threads, findings, summaries."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from novelgen.story.text_changes import ChangedStory, change_story, story_texts
from novelgen.text.renaming import occurrences, rename_in
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class _Renaming:
    """A name gives way to another one wherever it stands."""

    old: str
    new: str

    def told(self, place: str, text: str) -> str:
        return rename_in(text, self.old, self.new)[0]

    def passage(self, text: str, chapter: int | None) -> str:
        return rename_in(text, self.old, self.new)[0]

    def summary(self, text: str, chapters: Collection[int]) -> str:
        return rename_in(text, self.old, self.new)[0]


def count_in_story(work: UnitOfWork, branch_id: str, name: str) -> int:
    """How often a name stands in entries, facts and threads."""
    texts = [text for _, text in story_texts(work, branch_id)]
    return len(occurrences("\n".join(texts), name))


def rename_story(
    work: UnitOfWork, branch_id: str, old: str, new: str, revisions: Mapping[str, str]
) -> ChangedStory:
    """Add the renamed versions. `revisions` has the new revision for each that is replaced."""
    return change_story(work, branch_id, _Renaming(old, new), revisions)
