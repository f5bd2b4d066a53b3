"""Who sends a manuscript in: the block at the top of a title page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    """The author as editors are to reach them; what is empty is left out."""

    name: str = ""
    """The legal name; the byline may be another one."""
    address: tuple[str, ...] = ()
    """Lines."""
    email: str = ""
    phone: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The block, a line each."""
        return tuple(line for line in (self.name, *self.address, self.phone, self.email) if line)

    @property
    def surname(self) -> str:
        """The last word of the name, for page headers."""
        return surname_of(self.name)


def surname_of(name: str) -> str:
    """The last word of a person's name; empty for none."""
    return name.split()[-1] if name.split() else ""
