"""What a chapter is for in the arc of its story: set-up, confrontation, resolution.

The role tells the model what its chapter is for, and the skeleton what to say instead of the model,
so a planned chapter and a filled one serve the same arc.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """What a stretch of a story is for, up to `until` (0 to 1) of its length."""

    until: float
    name: str
    task: str


ROLES = (
    Role(0.08, "opening", "Something disturbs an ordinary day."),
    Role(0.25, "departure", "The trouble grows, and it is time to act."),
    Role(
        0.5,
        "rising trouble",
        "Allies and opponents show themselves, and each answer costs more than the last.",
    ),
    Role(
        0.75,
        "reversal",
        "What seemed certain turns out to be wrong, and the opposition closes in.",
    ),
    Role(0.92, "crisis", "All seems lost, and there is one last attempt."),
    Role(1.0, "resolution", "The conflict is decided, and everything has changed."),
)


def role_at(position: float) -> Role:
    """The role of what stands at `position`, 0 for the beginning of an arc and 1 for its end."""
    return next(role for role in ROLES if position <= role.until)
