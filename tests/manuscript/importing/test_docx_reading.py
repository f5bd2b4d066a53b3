"""Word files: styles, looks, breaks, notes, and manuscripts without any styles."""

from pathlib import Path

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK

from novelgen.errors import NovelgenError, StorageError, UsageError
from novelgen.manuscript.importing.reading import read_manuscript_file
from novelgen.manuscript.importing.values import ImportedManuscript
from tests.manuscript.importing.made_files import PROSE, docx_parts, p, part, put, r

HEADINGS = part(
    "styles",
    '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Kapitel"><w:name w:val="Kapitel"/>'
    '<w:basedOn w:val="berschrift1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Out"><w:name w:val="Out"/><w:pPr>'
    '<w:outlineLvl w:val="1"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="V1"><w:name w:val="toc 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="It"><w:name w:val="It"/><w:rPr><w:i/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Em"><w:name w:val="Emphasis"/><w:rPr><w:i/></w:rPr>'
    '</w:style><w:style w:type="character" w:styleId="Em2"><w:name w:val="Em2"/>'
    '<w:basedOn w:val="Em"/></w:style>',
)


def styled(text: str, style: str) -> str:
    return p(text, properties=f'<w:pStyle w:val="{style}"/>')


def read(folder: Path, body: str, **parts: str) -> ImportedManuscript:
    parts.setdefault("styles", HEADINGS)
    return read_manuscript_file(put(folder, "a.docx", docx_parts(body, **parts)))


def prose(folder: Path, *paragraphs: str, **parts: str) -> list[str]:
    body = styled("Chapter 1", "berschrift1") + "".join(paragraphs)
    return read(folder, body, **parts).chapters[0].text.split("\n\n")


def titles(found: ImportedManuscript) -> list[tuple[int | None, str, str | None]]:
    return [(each.number, each.title, each.part) for each in found.chapters]


@pytest.mark.parametrize(
    ("paragraph", "lines"),
    [
        (p("He ", r("was", "<w:i/>"), " ", r("here", "<w:b/>"), "."), ["He *was* **here**."]),
        (p(r("a", "<w:i/>"), r("b", '<w:i w:val="1"/>'), r(" c", '<w:i w:val="false"/>')),
         ["*ab* c"]),
        (p("A ", r("word", '<w:rStyle w:val="Em"/>'), " here"), ["A *word* here"]),
        (p("A ", r("word", '<w:rStyle w:val="Em2"/>'), " here"), ["A *word* here"]),
        (p("A ", r("word", '<w:rStyle w:val="Em"/><w:i w:val="0"/>'), " here"), ["A word here"]),
        (p("All but ", r("it", '<w:rStyle w:val="Em"/>'), properties='<w:pStyle w:val="It"/>'),
         ["*All but* it"]),
        (p("A ", r("line", '<w:u w:val="single"/>'), r(" off", '<w:u w:val="none"/>')),
         ["A *line* off"]),
        (p("a", r("x", "<w:vanish/>"), "b"), ["ab"]),
        (p("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:noBreakHyphen/><w:t>c</w:t><w:softHyphen/></w:r>"),
         ["a b-c"]),
        (p("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:cr/><w:t>c</w:t></w:r>"), ["a", "b", "c"]),
        (p("<w:hyperlink>" + r("link", '<w:u w:val="single"/>') + "</w:hyperlink>"),
         ["link"]),
        (p('<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText></w:r>', "x"),
         ["x"]),
        (p("<w:fldSimple><w:r><w:t>seen</w:t></w:r></w:fldSimple>"), ["seen"]),
        (p("<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent><w:r><w:t>in</w:t></w:r></w:sdtContent>"
           "</w:sdt>"), ["in"]),
        ("<w:tbl><w:tr><w:tc>" + p("one") + "</w:tc><w:tc>" + p("two") + "</w:tc></w:tr></w:tbl>",
         ["one", "two"]),
        (p("<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>" + p("box") + "</w:txbxContent>"
           "</mc:Choice><mc:Fallback><w:txbxContent>" + p("box") + "</w:txbxContent></mc:Fallback>"
           "</mc:AlternateContent></w:r>", "text"), ["text", "box"]),
        (p("one") + p('<w:r><w:pict><v:rect o:hr="t"/></w:pict></w:r>') + p("two"),
         ["one", "* * *", "two"]),
        (p("one") + p(properties="<w:pBdr><w:bottom/></w:pBdr>") + p("two"),
         ["one", "* * *", "two"]),
        (p("one") + p("#", properties='<w:jc w:val="center"/>') + p("two"),
         ["one", "* * *", "two"]),
        (p("one") + p('<w:r><w:sym w:font="Wingdings" w:char="F026"/></w:r>') + p("two"),
         ["one", "* * *", "two"]),
        (p("T", properties='<w:framePr w:dropCap="drop"/>') + p("he sea"), ["The sea"]),
        (p("sea\u00adside"), ["seaside"]),
        (p("one", '<w:r><w:br w:type="page"/></w:r>', "two"), ["one", "two"]),
        (p("5 * 3 and _x_"), ["5 * 3 and _x_"]),
        (p("Fish &amp; &#x1F41F;"), ["Fish & 🐟"]),
    ],
)  # fmt: skip
def test_what_becomes_of_a_paragraph(tmp_path: Path, paragraph: str, lines: list[str]) -> None:
    assert prose(tmp_path, paragraph) == lines


def test_headings_are_known_by_their_styles(tmp_path: Path) -> None:
    body = (
        styled("Salt", "Titel") + styled("Contents", "V1") + styled("Chapter 1 3", "V1")
        + styled("Part One", "berschrift1") + styled("1. The Storm", "Out") + p(PROSE)
        + styled("2. The Calm", "Out") + p(PROSE)
        + p("Part Two", properties='<w:outlineLvl w:val="0"/>') + styled("3. The Sea", "Out")
        + p(PROSE)
    )  # fmt: skip
    found = read(tmp_path, body)
    assert found.title == "Salt"
    assert titles(found) == [
        (1, "The Storm", "Part One"), (2, "The Calm", None), (3, "The Sea", "Part Two"),
    ]  # fmt: skip
    based = styled("Chapter 1", "Kapitel") + p(PROSE) + styled("Chapter 2", "Kapitel") + p(PROSE)
    assert titles(read(tmp_path, based)) == [(1, "", None), (2, "", None)]


def test_styles_that_people_make_for_chapters(tmp_path: Path) -> None:
    styles = part(
        "styles",
        '<w:style w:styleId="n"><w:name w:val="Chapter Number"/></w:style>'
        '<w:style w:styleId="t"><w:name w:val="ChapterTitle"/></w:style>',
    )
    body = "".join(
        styled(number, "n") + styled(title, "t") + p(PROSE)
        for number, title in (("One", "The Storm"), ("Two", "The Calm"))
    )
    assert titles(read(tmp_path, body, styles=styles)) == [
        (1, "The Storm", None),
        (2, "The Calm", None),
    ]


def test_numbers_that_word_makes(tmp_path: Path) -> None:
    numbering = part(
        "numbering",
        '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="upperRoman"/><w:lvlText w:val="Chapter %1"/></w:lvl><w:lvl w:ilvl="1">'
        '<w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%2)"/></w:lvl></w:abstractNum>'
        '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/>'
        '<w:lvlText w:val="•"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="8"><w:abstractNumId w:val="1"/></w:num>',
    )

    def listed(text: str, level: int, identity: int = 7) -> str:
        number = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{identity}"/></w:numPr>'
        style = '<w:pStyle w:val="berschrift1"/>' if level == 0 and identity == 7 else ""
        return p(text, properties=style + number)

    body = (
        listed("The Storm", 0) + p(PROSE) + listed("one", 1) + listed("two", 1)
        + listed("The Calm", 0) + p(PROSE) + listed("three", 1) + listed("four", 0, 8)
    )  # fmt: skip
    found = read(tmp_path, body, numbering=numbering)
    assert titles(found) == [(1, "The Storm", None), (2, "The Calm", None)]
    assert found.chapters[0].text == f"{PROSE}\n\n(a) one\n\n(b) two"
    assert found.chapters[1].text == f"{PROSE}\n\n(a) three\n\nfour"


def test_the_table_of_contents_that_word_keeps_is_no_text(tmp_path: Path) -> None:
    contents = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
        f"</w:sdtPr><w:sdtContent>{p('Inhalt')}{p('Chapter 1 3')}</w:sdtContent></w:sdt>"
    )
    found = read(tmp_path, contents + styled("Chapter 1", "berschrift1") + p(PROSE))
    assert titles(found) == [(1, "", None)] and found.chapters[0].text == PROSE


def test_a_manuscript_without_styles(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.author = "python-docx"
    for line in ("Ann Ray", "1 High St", "Boston MA", "(555) 123-4567", "ann@example.org"):
        document.add_paragraph(line)
    document.add_paragraph("about 95,000 words").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph("Salt").alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("by Ann Ray").alignment = WD_ALIGN_PARAGRAPH.CENTER
    for number, title in (("One", "The Storm"), ("Two", "The Calm"), ("Three", "The Sea")):
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        document.add_paragraph(number).alignment = WD_ALIGN_PARAGRAPH.CENTER
        document.add_paragraph(title).alignment = WD_ALIGN_PARAGRAPH.CENTER
        document.add_paragraph(PROSE)
        document.add_paragraph("#").alignment = WD_ALIGN_PARAGRAPH.CENTER
        document.add_paragraph("I went home.")
    document.add_paragraph("# # #").alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("END").alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.save(str(tmp_path / "a.docx"))
    found = read_manuscript_file(tmp_path / "a.docx")
    assert (found.title, found.author) == ("Salt", "Ann Ray")
    assert titles(found) == [(1, "The Storm", None), (2, "The Calm", None), (3, "The Sea", None)]
    assert {each.text for each in found.chapters} == {f"{PROSE}\n\n* * *\n\nI went home."}


def test_a_short_story_in_manuscript_format(tmp_path: Path) -> None:
    body = "".join(
        map(
            p,
            ["Ann Ray", "ann@example.org", "about 4,000 words", "Salt", "by Ann Ray", PROSE, PROSE],
        )
    )
    found = read(tmp_path, body)
    assert (found.title, found.author) == ("Salt", "Ann Ray")
    assert [each.text for each in found.chapters] == [f"{PROSE}\n\n{PROSE}"]


def test_empty_paragraphs_part_scenes_where_that_is_the_custom(tmp_path: Path) -> None:
    scene = p(PROSE) * 12
    assert prose(tmp_path, scene, p(), scene, p(), scene).count("* * *") == 2
    parted = (p(PROSE) + p()) * 12
    assert prose(tmp_path, parted).count("* * *") == 0


def test_footnotes_become_notes(tmp_path: Path) -> None:
    footnotes = part(
        "footnotes",
        f'<w:footnote w:type="separator" w:id="-1">{p("x")}</w:footnote>'
        f'<w:footnote w:id="1">{p("<w:r><w:footnoteRef/></w:r>", "So it was.")}</w:footnote>',
    )
    body = p("He left", '<w:r><w:footnoteReference w:id="1"/></w:r>', ", he did.")
    found = read(tmp_path, body, footnotes=footnotes)
    note = found.chapters[0].notes[0]
    assert found.chapters[0].text == "He left, he did."
    assert (note.start, note.end, note.author, note.body) == (7, 7, "", "Footnote: So it was.")
    assert "1 footnote became a note beside the text." in found.remarks


def test_names_in_the_properties_are_a_last_resort(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = "Salt", "Ann Ray"
    document.add_paragraph(PROSE)
    document.save(str(tmp_path / "a.docx"))
    found = read_manuscript_file(tmp_path / "a.docx")
    assert (found.title, found.author) == ("Salt", "Ann Ray")
    document.core_properties.title = "Microsoft Word - draft 3"
    document.core_properties.author = "python-docx"
    document.save(str(tmp_path / "b.docx"))
    found = read_manuscript_file(tmp_path / "b.docx")
    assert (found.title, found.author) == ("", "")


def test_strict_documents_are_read(tmp_path: Path) -> None:
    parts = docx_parts(styled("Chapter 1", "berschrift1") + p(PROSE), styles=HEADINGS)
    strict = {
        name: str(text)
        .replace("http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                 "http://purl.oclc.org/ooxml/wordprocessingml/main")
        .replace("http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                 "http://purl.oclc.org/ooxml/officeDocument/relationships")
        for name, text in parts.items()
    }  # fmt: skip
    found = read_manuscript_file(put(tmp_path, "a.docx", strict))
    assert titles(found) == [(1, "", None)] and found.chapters[0].text == PROSE


ATTACK = '<!DOCTYPE w:document [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("name", ["word/document.xml", "word/styles.xml", "_rels/.rels"])
@pytest.mark.parametrize("attack", [ATTACK, "<!DOCTYPE x>", '<!DOCTYPE x SYSTEM "http://x/y.dtd">'])
def test_document_types_are_refused(tmp_path: Path, name: str, attack: str) -> None:
    parts = docx_parts(p(PROSE), styles=HEADINGS)
    text = str(parts[name])
    at = text.index("?>") + 2 if text.startswith("<?xml") else 0
    with pytest.raises(UsageError, match=r"document type|entities") as told:
        read_manuscript_file(
            put(tmp_path, "a.docx", {**parts, name: text[:at] + attack + text[at:]})
        )
    assert told.value.remedy


@pytest.mark.parametrize(
    "change",
    [
        {"word/document.xml": "<w:document"},
        {"word/document.xml": b""},
        {"word/document.xml": part("document", "<w:body>" + "<w:p>" * 600)},
        {"word/styles.xml": "no"},
        {"_rels/.rels": "<"},
    ],
)
def test_broken_documents_are_told(tmp_path: Path, change: dict[str, str | bytes]) -> None:
    parts = {**docx_parts(p(PROSE), styles=HEADINGS), **change}
    with pytest.raises(StorageError) as told:
        read_manuscript_file(put(tmp_path, "a.docx", parts))
    assert "a.docx" in told.value.message and told.value.remedy


def test_a_document_without_words(tmp_path: Path) -> None:
    with pytest.raises(NovelgenError, match="There are no words"):
        read(tmp_path, p() + p("…"))
