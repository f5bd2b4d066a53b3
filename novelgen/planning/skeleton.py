"""What a plan says where the model says nothing usable: a plain story structure.

Roles follow the common three-act shape (set-up, confrontation, resolution). A role also tells
the model what its chapter is for, so a planned chapter and a filled one serve the same arc.
"""

from collections.abc import Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """What a stretch of a story is for, up to `until` (0 to 1) of its length."""

    until: float
    name: str
    task: str
    titles: tuple[str, ...]
    beats: tuple[str, ...]


_ROLES = (
    Role(
        0.08,
        "opening",
        "Something disturbs an ordinary day.",
        ("Before the Change", "An Ordinary Day", "The First Sign"),
        (
            "It is an ordinary day, with work to do.",
            "Something small is not as it should be.",
            "It cannot be left alone.",
            "A choice can no longer be put off.",
        ),
    ),
    Role(
        0.25,
        "departure",
        "The trouble grows, and it is time to act.",
        ("The Road Out", "No Way Back", "A Door Opens", "The First Step"),
        (
            "The search for an answer begins.",
            "Somebody offers help and wants something for it.",
            "A first attempt fails.",
            "It becomes clear what is at stake.",
        ),
    ),
    Role(
        0.5,
        "rising trouble",
        "Allies and opponents show themselves, and each answer costs more than the last.",
        (
            "Strangers",
            "What It Costs",
            "Closer",
            "The Long Way Round",
            "Half a Truth",
            "Rising Water",
        ),
        (
            "A trace leads to a stranger.",
            "An ally tells only half of the truth.",
            "An opponent is quicker.",
            "Something is won, and something dear is lost for it.",
        ),
    ),
    Role(
        0.75,
        "reversal",
        "What seemed certain turns out to be wrong, and the opposition closes in.",
        (
            "The Other Side",
            "Turning",
            "The Lie",
            "Old Debts",
            "Against the Wind",
            "The Narrow Place",
        ),
        (
            "A certainty falls apart.",
            "Two friends quarrel.",
            "The opposition strikes.",
            "There is only one way left.",
        ),
    ),
    Role(
        0.92,
        "crisis",
        "All seems lost, and there is one last attempt.",
        ("The Darkest Hour", "Alone", "What Remains", "The Last Attempt"),
        (
            "All seems lost.",
            "At last it becomes clear what it was about.",
            "A last plan is made.",
            "The decisive meeting begins.",
        ),
    ),
    Role(
        1.0,
        "resolution",
        "The conflict is decided, and everything has changed.",
        ("Daylight", "After", "Home", "The Answer"),
        (
            "The conflict comes to its head.",
            "One brave deed decides everything.",
            "The dust settles.",
            "Evening comes, and everything is at rest.",
        ),
    ),
)


_PREMISES = (
    "A letter arrives for somebody who has been dead for a year, and it has to be answered.",
    "Two sisters inherit a house on the condition that neither of them ever locks the cellar.",
    "A ferryman recognises a passenger whom he once carried across the river and saw drown.",
    "A village that has never had a thief wakes to find that every clock is gone.",
    "A translator is hired to read a diary aloud, and finds her own name on the last page.",
)


def role_at(position: float) -> Role:
    """The role of the chapter at `position`, 0 for the first chapter and 1 for the last."""
    return next(role for role in _ROLES if position <= role.until)


def skeleton_premise(seed: int) -> str:
    """A premise when neither the person nor the model has one."""
    return _PREMISES[seed % len(_PREMISES)]


def skeleton_title(role: Role, number: int, taken: Set[str] = frozenset()) -> str:
    """A chapter title when the model has none to give; `taken` are casefolded titles."""
    count = len(role.titles)
    turned = [role.titles[(number + step) % count] for step in range(count)]
    free = [title for title in turned if title.casefold() not in taken]
    return free[0] if free else f"{turned[0]} {number}"


def skeleton_beats(role: Role, count: int) -> list[str]:
    """`count` beats spread over the role's beats, the last of them always last."""
    if count == 1:
        return [role.beats[-1]]
    last = len(role.beats) - 1
    return [role.beats[index * last // (count - 1)] for index in range(count)]
