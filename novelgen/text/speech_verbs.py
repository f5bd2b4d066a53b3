"""Verbs that tell who speaks, in the forms that stories use."""

SPEECH_VERBS = (
    "said", "asked", "cried", "replied", "answered", "whispered", "shouted", "murmured",
    "muttered", "exclaimed", "added",
)  # fmt: skip
"""Whoever does that speaks."""
TAG_VERBS = (
    *SPEECH_VERBS,
    "called", "continued", "began", "thought", "laughed", "sighed", "repeated", "agreed",
    "demanded", "snapped", "told", "says", "asks",
)  # fmt: skip
"""They may stand beside a quotation and belong to its sentence."""
