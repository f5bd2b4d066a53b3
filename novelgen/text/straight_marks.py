"""Quotation marks and apostrophes as a typewriter has them."""

_STRAIGHT = (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'))


def straightened(text: str) -> str:
    """`text` with straight marks for curly ones, each for one character."""
    for curly, straight in _STRAIGHT:
        text = text.replace(curly, straight)
    return text
