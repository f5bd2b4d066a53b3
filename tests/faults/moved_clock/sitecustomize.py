"""Moves the wall clock of a Python process by MOVED_CLOCK_SECONDS; found on PYTHONPATH."""

import datetime
import os
import time
from typing import Any

_offset = float(os.environ["MOVED_CLOCK_SECONDS"])
_real_time, _real_datetime = time.time, datetime.datetime


class _Kind(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _real_datetime)


class _Moved(_real_datetime, metaclass=_Kind):
    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return _real_datetime.now(tz) + datetime.timedelta(seconds=_offset)

    @classmethod
    def utcnow(cls) -> Any:
        raise NotImplementedError("nothing asks for a time without a zone")


time.time = lambda: _real_time() + _offset
datetime.datetime = _Moved  # type: ignore[misc]
