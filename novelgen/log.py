"""The log file: runs, how they ended, and unexpected errors with their tracebacks.

Rotated at one megabyte. Nothing is logged to the terminal.
"""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

_MAX_BYTES = 1_000_000
_FORMAT = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"


class _QuietHandler(RotatingFileHandler):
    """A log that cannot be written is no reason to print a traceback to a person."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Nothing is said."""


def start_logging(file: Path, *, debug: bool) -> None:
    """Send the product's log records to `file`; does nothing when the file cannot be opened."""
    logger = logging.getLogger("novelgen")
    if logger.handlers:
        return
    logger.setLevel(logging.DEBUG if debug else logging.INFO)
    logger.propagate = False
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = _QuietHandler(
            file, maxBytes=_MAX_BYTES, backupCount=2, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter(_FORMAT))
    logger.addHandler(handler)
    # A connection that a server has cut is told by whoever used it, not by a traceback besides.
    logging.getLogger("sqlalchemy").addHandler(handler)


def log_unexpected(error: BaseException) -> None:
    """Write an error nobody foresaw, with its traceback, to the log file."""
    logging.getLogger("novelgen").error("unexpected error", exc_info=error)
