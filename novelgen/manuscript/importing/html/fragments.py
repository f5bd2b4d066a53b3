"""HTML that stands in another text."""

from novelgen.manuscript.importing.blocks import Block
from novelgen.manuscript.importing.html.pages import PageReader
from novelgen.manuscript.importing.html.styles import Styles
from novelgen.manuscript.importing.xml_parsing import parse_html


def blocks_of_fragment(source: str) -> tuple[list[Block], int]:
    """The blocks in a piece of HTML, and how many pictures were left out."""
    root = parse_html(source.encode("utf-8", "replace"), "The HTML in the text")
    if root is None:
        return [], 0
    page = PageReader(Styles()).read(root)
    return page.blocks, page.num_pictures
