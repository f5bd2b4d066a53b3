"""The sign and the style of each kind of cell: the fuller the square, the more a person's hand."""

from typing import NamedTuple

from novelgen.manuscript.origins import WordOrigin


class Sign(NamedTuple):
    """A character, and the name of its style among `map--...`."""

    character: str
    style: str


WHOSE = {
    WordOrigin.AUTHOR: Sign("■", "author"),
    WordOrigin.EDITED: Sign("◧", "edited"),
    WordOrigin.MACHINE: Sign("□", "machine"),
}
UNREAD = Sign("░", "unwritten")
UNWRITTEN = Sign("·", "unwritten")
LIVE = Sign("●", "live")
LIVE_DIM = Sign("○", "live")
LOCKED = Sign("◆", "locked")
TO_CHECK = Sign("!", "check")
NO_MARK = Sign(" ", "text")
