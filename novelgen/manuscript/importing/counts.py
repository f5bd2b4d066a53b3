"""Numbers of things in remarks."""


def counted(number: int, noun: str) -> str:
    """Such as “1 picture”, “2 pictures”."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def became_notes(number: int, noun: str) -> str:
    """Such as “1 comment became a note”, “2 comments became notes”."""
    return f"{counted(number, noun)} became {'a note' if number == 1 else 'notes'}"
