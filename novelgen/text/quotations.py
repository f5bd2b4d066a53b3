"""Where characters speak: the quotations of a text. Pure.

An opening mark that nothing closes takes the rest of its paragraph along, for speech that goes on
in the next paragraph is written so. Single marks count only where no apostrophe can be meant:
something that ends like speech stands between them, or one opens a paragraph.
"""

import re

_QUOTATION = re.compile(
    r"\"[^\"\n]*(?:\"|$)|“[^”\n]*(?:”|$)|«[^»\n]*(?:»|$)"
    r"|(?<![^\W_])[‘'](?=[^\W\d_])(?:[^’'\n]|[’'](?=[^\W_]))*[,.!?…—-][’'](?![^\W_])"
    r"|^‘(?!(?:tis|twas|em|til|cause)\b)(?=[^\W\d_])(?:[^’\n]|’(?=\w))*$",
    re.MULTILINE | re.IGNORECASE,
)


def quotations(text: str) -> list[tuple[int, int]]:
    """The places `[start, end)` of the quotations, marks included, in order and apart."""
    return [match.span() for match in _QUOTATION.finditer(text)]


def without_quotations(text: str) -> str:
    """The narrator's words; a space for each quotation."""
    return _QUOTATION.sub(" ", text)
