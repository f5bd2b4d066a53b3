"""The styles of OpenDocument text: pandoc's own, with those of a novel in place of some.

pandoc takes styles from a document; this one has chapters on new pages, indented paragraphs without
gaps, and a style for scene breaks.
"""

import zipfile
from io import BytesIO
from pathlib import Path

from lxml import etree

from novelgen.manuscript.pandoc.conversion import default_data

SCENE_BREAK = "Scene_20_Break"
_STYLES = "styles.xml"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_FO = "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
_CENTRED = 'fo:text-align="center" fo:text-indent="0in"'
_HEADING = f'{_CENTRED} fo:break-before="page" fo:keep-with-next="always"'
_CHAPTER = f'{_HEADING} fo:margin-top="1in" fo:margin-bottom="0.5in"'
_PART = f'{_HEADING} fo:margin-top="2.5in" fo:margin-bottom="0in"'


def write_reference(path: Path, *, has_parts: bool) -> None:
    """A document whose styles pandoc is to use. Raises as `default_data` does."""
    with (
        zipfile.ZipFile(BytesIO(default_data("reference.odt"))) as given,
        zipfile.ZipFile(path, "w") as made,
    ):
        for name in given.namelist():
            content = given.read(name)
            made.writestr(name, _restyled(content, has_parts) if name == _STYLES else content)


def _restyled(content: bytes, has_parts: bool) -> bytes:
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    styles = root.find(f"{{{_OFFICE}}}styles")
    known = {style.get(f"{{{_STYLE}}}name"): style for style in styles}
    for style in etree.fromstring(_novel_styles(has_parts)):
        replaced = known.get(style.get(f"{{{_STYLE}}}name"))
        if replaced is not None:
            styles.remove(replaced)
        styles.append(style)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _novel_styles(has_parts: bool) -> str:
    upper, lower = (_PART, _CHAPTER) if has_parts else (_CHAPTER, _PART)
    body = 'fo:text-align="justify" fo:line-height="125%" fo:orphans="2" fo:widows="2"'
    styles = (
        _style("Text body", "Standard", f'{body} fo:text-indent="0.25in"', "12pt"),
        _style("First paragraph", "Text body", 'fo:text-indent="0in"', "12pt"),
        _style("Heading 1", "Standard", upper, "18pt", level=1),
        _style("Heading 2", "Standard", lower, "18pt", level=2),
        _style("Title", "Standard", f'{_CENTRED} fo:margin-top="2.5in"', "28pt"),
        _style("Author", "Standard", f'{_CENTRED} fo:margin-top="0.4in"', "14pt"),
        _style(
            "Scene Break",
            "Standard",
            f'{_CENTRED} fo:margin-top="0.17in" fo:margin-bottom="0.17in"'
            ' fo:keep-with-next="always"',
            "12pt",
        ),
    )
    spaces = f'xmlns:office="{_OFFICE}" xmlns:style="{_STYLE}" xmlns:fo="{_FO}"'
    return f"<office:styles {spaces}>{''.join(styles)}</office:styles>"


def _style(name: str, parent: str, paragraph: str, size: str, *, level: int | None = None) -> str:
    outline = "" if level is None else f' style:default-outline-level="{level}"'
    return (
        f'<style:style style:name="{_id(name)}" style:display-name="{name}"'
        f' style:family="paragraph" style:parent-style-name="{_id(parent)}"'
        f' style:next-style-name="Text_20_body" style:class="text"{outline}>'
        f"<style:paragraph-properties {paragraph}/>"
        f'<style:text-properties style:font-name="Times New Roman" fo:font-size="{size}"/>'
        "</style:style>"
    )


def _id(name: str) -> str:
    return name.replace(" ", "_20_")
