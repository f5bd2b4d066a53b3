"""Finds what a chapter says against what is known: facts that cannot both be true, the dead who
speak. Each is stored as a finding with both passages, and stands while both are the text."""

from collections.abc import Mapping, Sequence

from novelgen.story.chapter_reading import ChapterReading
from novelgen.text.contradictions import Contradiction, PlacedFact, contradictions, speakers
from novelgen.text.fact_words import KIN, Attribute
from storage.story_records import EntryRecord, FactRecord, NewFinding
from storage.unit_of_work import UnitOfWork

CONTRADICTION = "contradiction"
DEAD_SPEAKS = "dead speaks"
KINDS = (CONTRADICTION, DEAD_SPEAKS)


class ContradictionSearch:
    """Looks for contradictions between a chapter that was just read and the rest of its branch."""

    def __init__(
        self, work: UnitOfWork, branch_id: str, number: int, entries: Mapping[str, EntryRecord]
    ) -> None:
        self._work = work
        self._branch_id = branch_id
        self._number = number
        self._entries = entries
        self._names = {entry.key: entry.name for entry in entries.values()}

    def search(self, new: Sequence[FactRecord], reading: ChapterReading, revision_id: str) -> int:
        """Store what is found of the chapter's facts and speakers; how many there are."""
        found = [*self._facts_against(new), *self._dead_speakers(reading, revision_id)]
        standing = (
            {finding.message for finding in self._work.findings.standing(self._branch_id)}
            if found
            else set()
        )
        fresh = [finding for finding in found if finding.message not in standing]
        self._work.findings.add(fresh)
        return len(fresh)

    def _facts_against(self, new: Sequence[FactRecord]) -> list[NewFinding]:
        comparable = [fact for fact in new if fact.attribute in _COMPARED]
        if not comparable:
            return []
        keys = {fact.entry_key for fact in comparable}
        keys |= {
            entry.key for fact in comparable if (entry := self._entries.get(fact.value)) is not None
        }
        stored = self._work.facts.of_branch(self._branch_id, entry_keys=sorted(keys))
        records = {fact.id: fact for fact in stored}
        fresh = {fact.id for fact in comparable}
        known = [self._placed(fact) for fact in stored if fact.id not in fresh]
        found = contradictions(known, [self._placed(fact) for fact in comparable])
        return [self._finding(each, records) for each in found]

    def _placed(self, fact: FactRecord) -> PlacedFact:
        return PlacedFact(
            fact.id,
            self._names.get(fact.entry_key, ""),
            fact.attribute,
            fact.value,
            fact.valid_from_chapter,
            fact.valid_from_paragraph,
            fact.source_passage or fact.text,
        )

    def _finding(self, found: Contradiction, records: Mapping[int, FactRecord]) -> NewFinding:
        here, there = found.later, found.earlier
        source = records[here.id].source_revision_id or records[there.id].source_revision_id
        assert source is not None  # one of the two is of the chapter that was read
        return NewFinding(
            self._branch_id,
            CONTRADICTION,
            _message(found),
            here.chapter,
            here.paragraph,
            source,
            here.sentence,
            there.chapter,
            there.paragraph,
            records[there.id].source_revision_id,
            there.sentence,
        )

    def _dead_speakers(self, reading: ChapterReading, revision_id: str) -> list[NewFinding]:
        keys = [
            entry.key
            for mentioned in reading.entries
            if (entry := self._entries.get(mentioned.name)) is not None
        ]
        deaths = (
            {
                self._names[fact.entry_key]: fact
                for fact in self._work.facts.valid_at(
                    self._branch_id, self._number, entry_keys=keys
                )
                if fact.attribute == Attribute.DEATH
            }
            if keys
            else {}
        )
        found = []
        for name, sentence in speakers(reading.sentences, reading.mentions.names, deaths):
            death = deaths[name]
            found.append(
                NewFinding(
                    self._branch_id,
                    DEAD_SPEAKS,
                    f"{name} speaks after their death.",
                    self._number,
                    sentence.told.paragraph,
                    revision_id,
                    sentence.told.text,
                    death.valid_from_chapter,
                    death.valid_from_paragraph,
                    death.source_revision_id,
                    death.source_passage or death.text,
                )
            )
        return found


_COMPARED = KIN | {Attribute.AGE, Attribute.EYES, Attribute.HAIR}


def _message(found: Contradiction) -> str:
    earlier, later = found.earlier, found.later
    if found.attribute in KIN:
        return (
            f"{earlier.value} is {earlier.entry}'s {earlier.attribute}, then {later.value} is "
            f"{later.entry}'s {later.attribute}."
        )
    return f"{found.entry}: {found.attribute} {earlier.value}, then {later.value}."
