"""Durations and times as a person says them, and what time it is.

Every screen asks here for the time of day, so that it can be held still in one place.
"""

from datetime import UTC, date, datetime


def this_moment() -> datetime:
    """Now, by the clock of this machine and in its zone."""
    return datetime.now(UTC).astimezone()


def today() -> date:
    """The day it is where this machine is."""
    return this_moment().date()


def duration(seconds: float | None) -> str:
    """Such as `40 s`, `12 min`, `3 h 05 min`, `2 d 4 h`; a dash where it is not known."""
    if seconds is None:
        return "–"
    if seconds < 90:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"


def ago(moment: datetime, now: datetime | None = None) -> str:
    """Such as `just now`, `12 min ago`, `yesterday`, `3 days ago`, `4 May 2026`."""
    now = now or this_moment()
    seconds = (now - moment).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{round(seconds / 60)} min ago"
    days = (now.astimezone().date() - moment.astimezone().date()).days
    if days == 0:
        return f"{round(seconds / 3600)} h ago"
    if days == 1:
        return "yesterday"
    if days < 30:
        return f"{days} days ago"
    local = moment.astimezone()
    return f"{local.day} {local:%B %Y}"
