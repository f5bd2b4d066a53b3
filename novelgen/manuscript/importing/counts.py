"""Numbers of things in remarks."""


def counted(number: int, noun: str) -> str:
    """Such as “1 picture”, “2 pictures”."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
