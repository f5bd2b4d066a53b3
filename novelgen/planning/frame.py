"""What every planning question needs of the novel: title, premise, shape, cast, parts so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from novelgen.planning.cards import Cast, CastMember, PartCard
from novelgen.planning.skeleton import Skeleton
from novelgen.planning.structure import Structure

_PEOPLE_SHOWN = 6


@dataclass(frozen=True, slots=True)
class PlanFrame:
    """A novel as its plan knows it. `seed` decides what the skeleton says."""

    title: str
    premise: str
    seed: int
    structure: Structure
    cast: Cast
    parts: Mapping[int, PartCard] = field(default_factory=dict)

    @property
    def skeleton(self) -> Skeleton:
        return Skeleton(self.seed, self.structure, self.cast, self.premise)

    @property
    def people(self) -> tuple[str, ...]:
        return tuple(member.name for member in self.cast.characters)

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(member.name for member in self.cast.places)

    def part_brief(self, number: int) -> str:
        """What part `number` is about; empty while nobody has said so."""
        return self.parts[number].brief if number in self.parts else ""

    def people_shown(self) -> list[str]:
        """The first people with what they are, as a prompt tells them."""
        return [_told(member) for member in self.cast.characters[:_PEOPLE_SHOWN]]

    def places_shown(self) -> list[str]:
        return [_told(member) for member in self.cast.places[:_PEOPLE_SHOWN]]


def _told(member: CastMember) -> str:
    return f"{member.name}, {member.description}" if member.description else member.name
