"""How many tokens a text has, by a rule that looks at the text alone.

Segments are cut by this, so it must say the same for ever, whatever server a novel is written with;
and no server's tokenizer is known here. It counts more than tokenizers do, so that what it lets
through fits: docs/servers.md has what it was held against.
"""

import re

_ITEM = re.compile(r"[^\W\d_]+|\d|\n+|[^\w\s]|_")
_LETTERS_PER_TOKEN = 5
"""Of a word in plain Latin letters."""
_WIDE = "\u2e80"
"""From here on, a character of a script without spaces between words, or a pictograph."""
_TOKENS_PER_WIDE = 2


def estimate_tokens(text: str) -> int:
    """Tokens of `text`, rather too many than too few."""
    return sum(map(_cost, _ITEM.findall(text)))


def _cost(item: str) -> int:
    if item.isascii():
        return 1 if not item.isalpha() else -(-len(item) // _LETTERS_PER_TOKEN)
    wide = sum(character >= _WIDE for character in item)
    if wide:
        return _TOKENS_PER_WIDE * wide + len(item) - wide
    if not item[0].isalpha():
        return 1  # a mark such as “ or …
    # An accent splits a word; of other alphabets small models know single letters.
    foreign = sum(not character.isascii() for character in item)
    return -(-(len(item) - foreign) // _LETTERS_PER_TOKEN) + foreign
