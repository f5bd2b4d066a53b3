"""EPUB 2 and 3 by all kinds of programs."""

from pathlib import Path

import pytest

from novelgen.errors import NovelgenError, StorageError, UsageError
from novelgen.manuscript.importing.reading import read_manuscript_file
from novelgen.manuscript.importing.values import ImportedManuscript
from tests.manuscript.importing.made_files import PROSE, epub_parts, put

NCX = (
    '<?xml version="1.0"?><!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" '
    '"http://www.daisy.org/z3986/2005/ncx-2005-1.dtd"><ncx xmlns="http://www.daisy.org/z3986/2005/'
    'ncx/" version="2005-1"><navMap>{}</navMap></ncx>'
)
NCX_ITEM = '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
NAV_ITEM = '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
CSS_ITEM = '<item id="css" href="s.css" media-type="text/css"/>'


def point(text: str, target: str, below: str = "") -> str:
    return (
        f"<navPoint><navLabel><text>{text}</text></navLabel><content src='{target}'/>{below}"
        "</navPoint>"
    )


def read(folder: Path, parts: dict[str, str | bytes]) -> ImportedManuscript:
    return read_manuscript_file(put(folder, "a.epub", parts))


def prose(folder: Path, body: str, css: str = "") -> list[str]:
    """The paragraphs of a chapter with this body."""
    parts = epub_parts({"1.xhtml": f"<h1>Chapter 1</h1>{body}"}, manifest=CSS_ITEM)
    return read(folder, {**parts, "OEBPS/s.css": css}).chapters[0].text.split("\n\n")


def titles(found: ImportedManuscript) -> list[tuple[int | None, str, str | None]]:
    return [(each.number, each.title, each.part) for each in found.chapters]


@pytest.mark.parametrize(
    ("body", "css", "paragraphs"),
    [
        ("<p>He <i>was</i> <b>here</b>\n  now.</p>", "", ["He *was* **here** now."]),
        ("<p>A <span class='c1 x'>word</span></p>", ".x {font-style: italic}", ["A *word*"]),
        ("<p>A <span class='x'>word</span></p>", "p.x, span.x{font-style:oblique}", ["A *word*"]),
        ("<p>A <span class='x'>w</span></p>", "/* .x{} */@media all{.x{font-style:italic}}",
         ["A *w*"]),
        ("<p>A <span class='x'>w</span></p>", "@font-face{font-style:italic}", ["A w"]),
        ("<p class='x'>All <em>but</em> it</p>", ".x{font-style:italic} em{font-style:normal}",
         ["*All* but *it*"]),
        ("<p>A <span style='font-style:italic;font-weight:700'>word</span></p>", "",
         ["A ***word***"]),
        ("<p>A <span class='x'>word</span> here</p>", ".x{display:none}", ["A here"]),
        ("<div>One <p>two</p> three</div>", "", ["One", "two", "three"]),
        ("<p>one<br/>two</p><pre>three\nfour</pre>", "", ["one", "two", "three", "four"]),
        ("<blockquote><p>one</p></blockquote><ul><li>two</li></ul>", "", ["one", "two"]),
        ("<ol start='4'><li>one</li><li><p>two</p></li></ol>", "", ["4. one", "5. two"]),
        ("<table><tr><td>one</td><td>two</td></tr></table>", "", ["one", "two"]),
        ("<p>one</p><hr/><p>two</p>", "", ["one", "* * *", "two"]),
        ("<p>one</p><p class='c'>* * *</p><p>two</p><p>⁂</p><p>three</p>", "",
         ["one", "* * *", "two", "* * *", "three"]),
        ("<p>Fish &amp; caf&eacute;&nbsp;&mdash; &hellip;&unknown;</p>", "",
         ["Fish & café — …&unknown;"]),
        ("<p>sea&shy;side</p>", "", ["seaside"]),
        ("<p><img src='t.png' alt='T'/>he sea</p>", "", ["The sea"]),
        ("<p>a<a epub:type='noteref' href='#n'>1</a>b<sup><a href='x.xhtml#f1'>[2]</a></sup> c</p>"
         "<aside epub:type='footnote' id='n'><p>Note</p></aside>", "", ["ab c"]),
        ("<p>a<span epub:type='pagebreak'>12</span>b <span class='pagenum'>[3]</span>c</p>", "",
         ["ab c"]),
        ("<p>a <a href='#x'>link</a> <ruby>漢<rp>(</rp><rt>kan</rt></ruby></p>", "", ["a link 漢"]),
        ("<script>alert(1)</script><p hidden=''>x</p><p>one<!-- no --> two</p>", "", ["one two"]),
    ],
)  # fmt: skip
def test_what_becomes_of_a_page(tmp_path: Path, body: str, css: str, paragraphs: list[str]) -> None:
    assert prose(tmp_path, body, css) == paragraphs


def test_chapters_parts_and_names(tmp_path: Path) -> None:
    pages = {
        "cover.xhtml": "<img src='c.png' alt='Cover'/>",
        "title.xhtml": "<section epub:type='titlepage'><h1>Salt</h1><p>Ann Ray</p></section>",
        "p1.xhtml": "<h1>Part One</h1>",
        "1.xhtml": f"<h2>1<br/>The Storm</h2><p>{PROSE}</p>",
        "2.xhtml": f"<hgroup><h2>II</h2><p>The Calm</p></hgroup><p>{PROSE}</p>",
        "2b.xhtml": f"<p>{PROSE}</p>",
        "3.xhtml": f"<h2><img src='x.png' alt='Chapter 3'/></h2><p>{PROSE}</p>",
        "copyright.xhtml": "<p>© 2020 Ann Ray. All rights reserved.</p>",
    }
    found = read(tmp_path, epub_parts(pages))
    assert (found.title, found.author) == ("Salt", "Ann Ray")
    assert titles(found) == [(1, "The Storm", "Part One"), (2, "The Calm", None), (3, "", None)]
    assert found.chapters[1].text == f"{PROSE}\n\n{PROSE}"
    assert found.remarks == (
        "Left out: 2 pages around the text, such as title and cover.",
        "Left out: 1 picture.",
    )


def test_authors_are_those_who_wrote_it(tmp_path: Path) -> None:
    metadata = (
        "<dc:title>Salt</dc:title><dc:creator id='a'>Ann</dc:creator><dc:creator id='b'>Bo"
        "</dc:creator><meta refines='#a' property='role'>aut</meta>"
        "<meta refines='#b' property='role'>ill</meta>"
    )
    pages = {"1.xhtml": f"<p>{PROSE}</p>"}
    assert read(tmp_path, epub_parts(pages, metadata=metadata)).author == "Ann"
    assert read(tmp_path, epub_parts(pages, metadata="")).author == ""


def test_headings_of_the_contents_are_put_where_there_are_none(tmp_path: Path) -> None:
    pages = {
        "1.xhtml": f"<p class='t'>1.</p><p>The Storm</p><p>{PROSE}</p>",
        "2.xhtml": f"<p id='c2'>2. The Calm</p><p>{PROSE}</p><p id='c3'>{PROSE}</p>",
    }
    points = (
        point("1. The Storm", "1.xhtml")
        + point("2. The Calm", "2.xhtml#c2")
        + point("The Sea", "2.xhtml#c3")
    )
    parts = epub_parts(pages, manifest=NCX_ITEM, others={"OEBPS/toc.ncx": NCX.format(points)})
    found = read(tmp_path, parts)
    assert [each.title for each in found.chapters] == ["The Storm", "The Calm", "The Sea"]
    assert {each.text for each in found.chapters} == {PROSE}


def test_nav_landmarks_and_a_page_of_links(tmp_path: Path) -> None:
    nav = (
        "<nav epub:type='toc'><ol><li><a href='d.xhtml'>Dedication</a></li><li><a href='1.xhtml'>"
        "The Storm</a></li><li><a href='2.xhtml'>The Calm</a></li></ol></nav>"
        "<nav epub:type='landmarks'><a epub:type='dedication' href='d.xhtml'>x</a></nav>"
    )
    links = "".join(f"<p><a href='{at}.xhtml'>The {at}</a></p>" for at in range(6))
    pages = {
        "nav.xhtml": nav, "d.xhtml": "<p>For Bo</p>", "toc.xhtml": links,
        "1.xhtml": f"<p>{PROSE}</p>", "2.xhtml": f"<p>{PROSE}</p>",
    }  # fmt: skip
    parts = epub_parts(pages)
    package = str(parts["OEBPS/content.opf"]).replace(
        'href="nav.xhtml"', 'href="nav.xhtml" properties="nav"'
    )
    found = read(tmp_path, {**parts, "OEBPS/content.opf": package})
    assert titles(found) == [(None, "The Storm", None), (None, "The Calm", None)]
    assert "3 pages around the text" in found.remarks[0]


def test_the_guide_and_pages_out_of_the_order(tmp_path: Path) -> None:
    pages = {
        "t.xhtml": "<p>Salt</p>", "1.xhtml": f"<p>Chapter 1</p><p>{PROSE}</p>",
        "2.xhtml": f"<p>Chapter 2</p><p>{PROSE}</p>", "x.xhtml": "<p>An advertisement</p>",
    }  # fmt: skip
    spine = "".join(f"<itemref idref='i{at}'/>" for at in range(3))
    spine += "<itemref idref='i3' linear='no'/>"
    guide = "<guide><reference type='title-page' href='t.xhtml'/></guide>"
    found = read(tmp_path, epub_parts(pages, spine=spine, guide=guide))
    assert titles(found) == [(1, "", None), (2, "", None)]
    assert {each.text for each in found.chapters} == {PROSE}


def test_a_chapter_a_page_where_nothing_says_more(tmp_path: Path) -> None:
    pages = {f"{at}.xhtml": f"<p>{PROSE}</p>" for at in range(3)}
    assert [each.text for each in read(tmp_path, epub_parts(pages)).chapters] == [PROSE] * 3


def test_pages_that_are_not_well_formed_are_read(tmp_path: Path) -> None:
    pages = {
        "1.xhtml": f"<h1>Fish</h1><p>Fish & <i>chips<p>{PROSE}<br>",
        "2.xhtml": f"<html><h1>Meat</h1><p class=x>{PROSE}",
        "3.xhtml": "",
    }
    found = read(tmp_path, {**epub_parts(pages), "OEBPS/3.xhtml": b""})
    assert [each.title for each in found.chapters] == ["Fish", "Meat"]
    assert found.chapters[0].text.startswith("Fish & *chips*\n\nThe lamp")


def test_pages_in_utf_16_and_latin_1(tmp_path: Path) -> None:
    parts = epub_parts({"1.xhtml": "x", "2.xhtml": "x"})
    one = f'<?xml version="1.0" encoding="utf-16"?><html><h1>Café</h1><p>{PROSE}</p></html>'
    two = one.replace("utf-16", "iso-8859-1").replace("Café", "Thé")
    parts["OEBPS/1.xhtml"], parts["OEBPS/2.xhtml"] = one.encode("utf-16"), two.encode("latin-1")
    assert [each.title for each in read(tmp_path, parts).chapters] == ["Café", "Thé"]


def test_paths_are_resolved(tmp_path: Path) -> None:
    parts = epub_parts({"a b/é.xhtml": f"<p>{PROSE}</p>"})
    package = str(parts["OEBPS/content.opf"]).replace("a b/é.xhtml", "./a%20b/%C3%A9.xhtml")
    assert read(tmp_path, {**parts, "OEBPS/content.opf": package}).chapters[0].text == PROSE


def encryption(algorithm: str, target: str) -> dict[str, str | bytes]:
    return {
        "META-INF/encryption.xml": (
            '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
            'xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>'
            f'<enc:EncryptionMethod Algorithm="{algorithm}"/><enc:CipherData><enc:CipherReference '
            f'URI="{target}"/></enc:CipherData></enc:EncryptedData></encryption>'
        )
    }


@pytest.mark.parametrize(
    "others",
    [
        encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OEBPS/1.xhtml"),
        {"META-INF/rights.xml": "<rights/>"},
        {"META-INF/license.lcpl": "{}"},
        {"META-INF/sinf.xml": "<sinf/>"},
    ],
)
def test_locked_books_are_refused(tmp_path: Path, others: dict[str, str | bytes]) -> None:
    parts = {**epub_parts({"1.xhtml": f"<p>{PROSE}</p>"}), **others}
    with pytest.raises(UsageError, match="locked by its seller"):
        read(tmp_path, parts)


def test_obfuscated_fonts_lock_nothing(tmp_path: Path) -> None:
    others = encryption("http://www.idpf.org/2008/embedding", "OEBPS/f.otf")
    assert read(tmp_path, {**epub_parts({"1.xhtml": f"<p>{PROSE}</p>"}), **others}).words == 16


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    "<html><body><p>&b;</p></body></html>"
)
FILE = (
    '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<html><body><p>&x;</p></body></html>"
)


@pytest.mark.parametrize("attack", [LAUGHS, FILE, LAUGHS.encode("utf-16")])
@pytest.mark.parametrize(
    "name",
    ["OEBPS/1.xhtml", "OEBPS/content.opf", "META-INF/container.xml", "META-INF/encryption.xml"],
)
def test_entities_are_refused(tmp_path: Path, attack: str | bytes, name: str) -> None:
    parts = epub_parts({"1.xhtml": f"<p>{PROSE}</p>"})
    with pytest.raises(UsageError, match="declares entities of its own"):
        read(tmp_path, {**parts, name: attack})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"META-INF/container.xml": "<x/>"}, "names no package"),
        ({"META-INF/container.xml": "no"}, "The container of"),
        ({"OEBPS/content.opf": "<package>"}, "The package of"),
        ({"OEBPS/content.opf": "<package/>"}, "names 0 pages"),
        ({"OEBPS/1.xhtml": "<html>" + "<div>" * 5_000}, "nested too deep|depth"),
        ({"OEBPS/1.xhtml": b'<?xml version="1.0" encoding="cp037"?><html/>'}, "encoding cp037"),
    ],
)
def test_broken_books_are_told(tmp_path: Path, change: dict[str, str | bytes], reason: str) -> None:
    parts = epub_parts({"1.xhtml": f"<p>{PROSE}</p>"})
    with pytest.raises(StorageError, match=reason) as told:
        read(tmp_path, {**parts, **change})
    assert told.value.remedy


def test_a_book_without_words(tmp_path: Path) -> None:
    with pytest.raises(NovelgenError, match="There are no words"):
        read(tmp_path, epub_parts({"1.xhtml": "<p>…</p><img src='x'/>"}))


def test_a_book_of_standard_ebooks(tmp_path: Path) -> None:
    def chapter(number: str, title: str) -> str:
        return (
            "<section epub:type='chapter'><hgroup><h3 epub:type='ordinal z3998:roman'>"
            f"{number}</h3><p epub:type='title'>{title}</p></hgroup><p>{PROSE}<a "
            "href='endnotes.xhtml#note-1' epub:type='noteref'>1</a></p></section>"
        )

    pages = {
        "titlepage.xhtml": "<section epub:type='titlepage'><h1>Salt</h1></section>",
        "imprint.xhtml": "<section epub:type='imprint'><h2>Imprint</h2><p>This ebook</p></section>",
        "half.xhtml": "<section epub:type='halftitlepage'><h2>Salt</h2></section>",
        "part-1.xhtml": "<section epub:type='part'><hgroup><h2><span epub:type='label'>Book</span> "
        "<span epub:type='ordinal'>I</span></h2><p>The Coming</p></hgroup></section>",
        "1.xhtml": chapter("I", "The Storm"),
        "2.xhtml": chapter("II", "The <i epub:type='se:name'>Calm</i>"),
        "endnotes.xhtml": "<section epub:type='endnotes'><h2>Endnotes</h2><p>x</p></section>",
        "colophon.xhtml": "<section epub:type='colophon'><h2>Colophon</h2><p>x</p></section>",
        "uncopyright.xhtml": "<section epub:type='copyright-page'><h2>Uncopyright</h2></section>",
    }
    found = read(tmp_path, epub_parts(pages))
    assert titles(found) == [(1, "The Storm", "Book I: The Coming"), (2, "The Calm", None)]
    assert {each.text for each in found.chapters} == {PROSE}
    assert found.remarks == ("Left out: 6 pages around the text, such as title and cover.",)


def test_a_book_of_project_gutenberg(tmp_path: Path) -> None:
    pages = {
        "0.xhtml": "<section class='pg-boilerplate pgheader' id='pg-header'><h2>Project Gutenberg"
        f" eBook</h2></section><h1>SALT</h1><p>by Ann Ray</p><h2>CHAPTER I.<br/>The Storm</h2>"
        f"<p>{PROSE}</p>",
        "1.xhtml": f"<h2>CHAPTER II.<br/>The Calm</h2><p>{PROSE}</p><div id='pg-footer' "
        "class='pg-boilerplate'><h2>THE FULL LICENCE</h2><p>Words</p></div>",
    }
    old = {
        "0.xhtml": "<pre>The Project Gutenberg EBook of Salt\n\n*** START OF THIS PROJECT "
        f"EBOOK SALT ***</pre><h1>SALT</h1><h2>CHAPTER I.<br/>The Storm</h2><p>{PROSE}</p>",
        "1.xhtml": f"<h2>CHAPTER II.<br/>The Calm</h2><p>{PROSE}</p><pre>End of the Project "
        "Gutenberg EBook of Salt\n*** END OF THIS PROJECT EBOOK SALT ***\nLicence</pre>",
    }
    for each in (pages, old):
        found = read(tmp_path, epub_parts(each))
        assert titles(found) == [(1, "The Storm", None), (2, "The Calm", None)]
        assert {chapter.text for chapter in found.chapters} == {PROSE}


def test_a_book_that_calibre_has_made_of_a_text(tmp_path: Path) -> None:
    css = ".c1{text-align:center;font-weight:bold}.c2{font-style:italic}"
    pages = {
        "split_000.html": f"<div class='c0'><p class='c1'>PROLOGUE</p><p class='c3'>{PROSE}</p>"
        f"<p class='c1'>CHAPTER ONE</p><p class='c1'>The Storm</p><p>{PROSE}</p></div>",
        "split_001.html": f"<div><p><span class='c2'>So.</span></p><p class='c1'>CHAPTER TWO</p>"
        f"<p class='c1'>The Calm</p><p>{PROSE}</p><p>\u00a0</p><p>{PROSE}</p></div>",
    }
    found = read(tmp_path, {**epub_parts(pages, manifest=CSS_ITEM), "OEBPS/s.css": css})
    assert titles(found) == [
        (None, "PROLOGUE", None),
        (1, "The Storm", None),
        (2, "The Calm", None),
    ]
    assert found.chapters[1].text == f"{PROSE}\n\n*So.*"
