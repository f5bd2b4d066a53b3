"""What a job of a fleet asks for, as values and as the JSON that is kept with it."""

from dataclasses import asdict, dataclass
from typing import Any

from novelgen.generation.novel_context import RunLimits
from novelgen.generation.regeneration import Redraft
from storage.fleet_records import JobRecord


@dataclass(frozen=True, slots=True)
class WriteTerms:
    """How far a novel is to be written: to its end, or to one of these limits."""

    until_words: int | None = None
    until_chapter: int | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, job: JobRecord) -> "WriteTerms":
        return cls(**job.terms)

    @property
    def limits(self) -> RunLimits:
        return RunLimits(until_words=self.until_words, until_chapter=self.until_chapter)


@dataclass(frozen=True, slots=True)
class RedraftTerms:
    """Which chapter is to be drafted anew, how, and how many times over."""

    redraft: Redraft
    stands_revision_id: str | None = None
    """The chapter's text when its drafts were begun, which has to stand until one is chosen."""

    def as_json(self) -> dict[str, Any]:
        return {"redraft": asdict(self.redraft), "stands_revision_id": self.stands_revision_id}

    @classmethod
    def of(cls, job: JobRecord) -> "RedraftTerms":
        return cls(Redraft(**job.terms["redraft"]), job.terms["stands_revision_id"])
