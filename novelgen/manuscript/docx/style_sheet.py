"""Puts the named styles of a look into a document, and takes all others out.

No fonts or colours of a theme remain: a document looks the same whatever Word's own are.
"""

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

from novelgen.manuscript.docx.looks import Alignment, Look, Name, ParagraphStyle

_KEPT = frozenset({"Normal", "Default Paragraph Font", "Normal Table", "No List"})
_BUILT_IN = frozenset(
    {
        Name.BODY,
        Name.UPPER_HEADING,
        Name.LOWER_HEADING,
        Name.TITLE,
        Name.HEADER,
        Name.FOOTER,
        Name.CONTENTS_HEADING,
        Name.UPPER_CONTENTS,
        Name.LOWER_CONTENTS,
    }
)
_ALIGNMENTS = {
    Alignment.LEFT: WD_ALIGN_PARAGRAPH.LEFT,
    Alignment.CENTER: WD_ALIGN_PARAGRAPH.CENTER,
    Alignment.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
    Alignment.BOTH: WD_ALIGN_PARAGRAPH.JUSTIFY,
}
_DIALECTS = {"en": "en-US"}
"""What Word calls a language that says nothing of a country."""


def style_id(name: str) -> str:
    """What paragraphs call a style by."""
    return name.replace(" ", "")


def set_styles(document: Any, look: Look, language: str) -> None:
    """The document has the look's styles and no others."""
    styles = document.styles
    sheet = styles.element
    for element in list(sheet.style_lst):
        if element.name_val not in _KEPT:
            sheet.remove(element)
    sheet.replace(sheet.find(qn("w:docDefaults")), _defaults(look, language))
    normal = styles["Normal"].paragraph_format
    normal.alignment = _ALIGNMENTS[look.alignment]
    normal.line_spacing = look.line_spacing
    normal.widow_control = look.controls_widows
    for each in look.styles:
        _add(styles, each)
    for each in look.styles:
        if each.next_name is not None:
            styles[each.name].next_paragraph_style = styles[each.next_name]


def _add(styles: Any, wanted: ParagraphStyle) -> None:
    style = styles.add_style(wanted.name, WD_STYLE_TYPE.PARAGRAPH, wanted.name in _BUILT_IN)
    style.element.styleId = style_id(wanted.name)
    style.base_style = styles["Normal"]
    style.hidden = False
    style.quick_style = True
    if wanted.size is not None:
        style.font.size = Pt(wanted.size)
    _set_paragraph(style.paragraph_format, wanted)
    properties = style.element.get_or_add_pPr()
    if not wanted.is_hyphenated:
        properties.insert_element_before(
            OxmlElement("w:suppressAutoHyphens"), "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
        )
    if wanted.outline_level is not None:
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), str(wanted.outline_level))
        properties.append(level)


def _set_paragraph(format_: Any, wanted: ParagraphStyle) -> None:
    if wanted.alignment is not None:
        format_.alignment = _ALIGNMENTS[wanted.alignment]
    if wanted.line_spacing is not None:
        format_.line_spacing = wanted.line_spacing
    format_.space_before = Pt(wanted.before)
    format_.space_after = Pt(wanted.after)
    format_.first_line_indent = Pt(wanted.first_line)
    format_.left_indent = Pt(wanted.left)
    format_.page_break_before = wanted.starts_page or None
    format_.keep_with_next = wanted.keeps_with_next or None


def _defaults(look: Look, language: str) -> Any:
    fonts = " ".join(f'w:{kind}="{look.face}"' for kind in ("ascii", "hAnsi", "eastAsia", "cs"))
    size = round(look.size * 2)
    return parse_xml(
        f"<w:docDefaults {nsdecls('w')}><w:rPrDefault><w:rPr><w:rFonts {fonts}/>"
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
        f'<w:lang w:val="{_DIALECTS.get(language, language)}" w:eastAsia="en-US" w:bidi="ar-SA"/>'
        '</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:before="0" w:after="0"/></w:pPr>'
        "</w:pPrDefault></w:docDefaults>"
    )
