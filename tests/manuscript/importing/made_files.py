"""Files made by hand, sound and broken, for the tests of the import."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KINDS = ("styles", "comments", "commentsExtended", "footnotes", "endnotes", "numbering")
PROSE = "The lamp was out, and nobody came to light it again that night or the next."
CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" '
    'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
    'full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles>'
    "</container>"
)


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive of these parts, always of the same bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            member = zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6))
            archive.writestr(member, data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def docx_parts(body: str, **parts: str) -> dict[str, str | bytes]:
    """The parts of a Word file; `body` is what stands in `w:body`, `parts` are whole others."""
    relations = "".join(
        f'<Relationship Id="r{at}" Type="{_KIND}/{kind}" Target="{kind}.xml"/>'
        for at, kind in enumerate(_KINDS)
        if kind in parts
    )
    made: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": (
            f'<Relationships xmlns="{_RELS}"><Relationship Id="a" Type="{_KIND}/officeDocument" '
            'Target="word/document.xml"/></Relationships>'
        ),
        "word/_rels/document.xml.rels": (
            f'<Relationships xmlns="{_RELS}">{relations}</Relationships>'
        ),
        "word/document.xml": part("document", f"<w:body>{body}</w:body>"),
    }
    for kind, text in parts.items():
        made[f"word/{kind}.xml"] = text
    return made


def part(root: str, inside: str) -> str:
    """A part of a Word file with this root element."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><w:{root} xmlns:w="{W}" '
        'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
        'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml" '
        'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"{inside}</w:{root}>"
    )


def p(*runs: str, properties: str = "") -> str:
    """A paragraph; what is no element is a run of plain text."""
    inside = "".join(run if run.startswith("<") else r(run) for run in runs)
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inside}</w:p>"


def r(text: str, properties: str = "", tag: str = "t") -> str:
    """A run."""
    look = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{look}<w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'


def ins(text: str, author: str = "Ed") -> str:
    return f'<w:ins w:id="1" w:author="{author}">{r(text)}</w:ins>'


def struck(text: str, author: str = "Ed") -> str:
    return f'<w:del w:id="1" w:author="{author}">{r(text, tag="delText")}</w:del>'


def epub_parts(
    pages: Mapping[str, str],
    *,
    metadata: str = "<dc:title>Salt</dc:title><dc:creator>Ann Ray</dc:creator>",
    manifest: str = "",
    guide: str = "",
    spine: str = "",
    others: Mapping[str, str | bytes] | None = None,
) -> dict[str, str | bytes]:
    """The parts of an EPUB; `pages` are bodies of pages by file name, in their order."""
    items = "".join(
        f'<item id="i{at}" href="{name}" media-type="application/xhtml+xml"/>'
        for at, name in enumerate(pages)
    )
    order = spine or "".join(f'<itemref idref="i{at}"/>' for at in range(len(pages)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata>'
        f"<manifest>{items}{manifest}</manifest><spine>{order}</spine>{guide}</package>"
    )
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/content.opf": package,
        **{f"OEBPS/{name}": page(body) for name, body in pages.items()},
        **(others or {}),
    }


def page(body: str) -> str:
    """A page of an EPUB; a body that is a whole document stays one."""
    if body.startswith(("<?xml", "<html")):
        return body
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html '
        'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head>'
        f"<title>x</title></head><body>{body}</body></html>"
    )


def put(folder: Path, name: str, data: str | bytes | Mapping[str, str | bytes]) -> Path:
    """A file in a folder: text, bytes, or an archive of parts."""
    path = folder / name
    if isinstance(data, str):
        path.write_text(data, encoding="utf-8", newline="\n")
    else:
        path.write_bytes(data if isinstance(data, bytes) else zipped(data))
    return path
