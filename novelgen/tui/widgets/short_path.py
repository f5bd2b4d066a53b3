"""Paths as a person knows them."""

from pathlib import Path


def short_path(path: Path) -> str:
    """A path that begins with `~` where it lies in the person's own folder."""
    try:
        home = Path.home()
    except RuntimeError:  # a process that belongs to nobody
        return str(path)
    return str(Path("~") / path.relative_to(home)) if path.is_relative_to(home) else str(path)
