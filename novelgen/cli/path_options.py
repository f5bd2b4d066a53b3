"""Paths as options: never empty, with the person's home for `~`."""

from pathlib import Path

import typer


def existing_path(text: str) -> Path:
    """A path to read from, as it was given. Raises `BadParameter` for an empty one."""
    if not text.strip():  # which `Path` would take for the current directory
        raise typer.BadParameter("it names nothing.")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise typer.BadParameter(f"{error}") from error


def new_path(text: str) -> Path:
    """A path to write to, absolute: a link leads to what is written, and stays a link.

    Raises `BadParameter` for an empty one, or for links that lead to each other.
    """
    path = existing_path(text)
    try:
        return path.resolve()
    except (RuntimeError, OSError) as error:
        raise typer.BadParameter(f"{path} is a link that leads nowhere.") from error
