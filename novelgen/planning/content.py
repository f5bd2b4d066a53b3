"""All that one version of a plan holds, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from novelgen.planning.cards import ChapterCard
from novelgen.planning.structure import Structure
from storage.records import PlannedBeats


@dataclass(frozen=True, slots=True)
class PlanContent:
    """A version of a plan. Chapters without a card, and cards without beats, are still to be
    planned."""

    structure: Structure
    cards: Mapping[int, ChapterCard] = field(default_factory=dict)
    beats: Mapping[int, PlannedBeats] = field(default_factory=dict)
