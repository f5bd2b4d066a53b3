"""Alarms: what hardly any window of a human novel reaches, and machines that loop do.

The limits are those for windows of 5,000 words. They hold for shorter ones too, which reach them
less easily.
"""

from novelgen.text.prose_metrics.measuring import Measured

ALARM_LIMITS = {"rep4": 1.5, "dup8_per_1k": 1.5, "longest_repeat": 13.0, "zlib": 2.55}
"""By metric: what is too much. The longest repeat alarms at its limit, the others beyond it."""
MANY_ALARMS = 2
"""As many together are found in about 5 % of human windows of 5,000 words."""

_ALARMS_AT_LIMIT = frozenset(["longest_repeat"])


def alarms_of(measured: Measured) -> tuple[str, ...]:
    """The metrics whose alarms go off for a text."""
    return tuple(
        key
        for key, limit in ALARM_LIMITS.items()
        if (value := measured.values.get(key, 0.0)) > limit
        or (value == limit and key in _ALARMS_AT_LIMIT)
    )


def counts_as_alarming(measured: Measured) -> bool:
    """Whether two or more alarms go off together."""
    return len(alarms_of(measured)) >= MANY_ALARMS
