"""An author's outline is taken as it is, however it is written."""

import pytest

from novelgen.errors import UsageError
from novelgen.planning.document import DocumentBeat, PlanDocument
from novelgen.planning.document_markdown import render_markdown
from novelgen.planning.outline_reading import premise_of, read_outline
from novelgen.planning.revising import from_outline

TITLES = [f"The {word} of the sea" for word in map(str, range(50))]


def titles(document: PlanDocument) -> list[str]:
    return [chapter.title for chapter in document.chapters]


@pytest.mark.parametrize(
    "form",
    ["# {title}", "## {title}", "###### {title} ##", "## Chapter {number}: {title}", "{title}",
     "{title}\n-----", "{title}\n====", "{number}. {title}", "{number}) {title}", "- {title}",
     "Chapter {number} - {title}", "# {title}\n\nSome text.\n\n- a beat\n\n"],
)  # fmt: skip
def test_fifty_headings_are_fifty_chapters_with_their_wording(form: str) -> None:
    lines = [form.format(title=title, number=at) for at, title in enumerate(TITLES, 1)]
    document = read_outline("\n".join(lines))
    assert titles(document) == TITLES
    assert len(document.parts) == 1
    structure = from_outline(document, 100_000, 1, "p")
    assert structure.total_chapters == 50
    assert [slot.title for slot in structure.chapters] == TITLES
    assert sum(slot.target_words for slot in structure.chapters) == 100_000


def test_headings_of_mixed_levels_are_chapters_too() -> None:
    text = "\n".join(f"{'#' * (1 + at % 3)} {title}" for at, title in enumerate(TITLES))
    assert titles(read_outline(text)) == TITLES


def test_text_below_a_heading_is_the_brief_and_items_are_beats() -> None:
    text = (
        "A tale of two keepers.\n\n## The Bottle (1,200 words)\n\nMara finds it.\nIt is old.\n\n"
        "* she reads it (300 words)\n* she burns it,\n  and is sorry\n\n## After\n"
    )
    document = read_outline(text)
    bottle, after = document.chapters
    assert document.premise == "A tale of two keepers."
    assert (bottle.title, bottle.words) == ("The Bottle", 1_200)
    assert bottle.brief == "Mara finds it. It is old."
    assert bottle.beats == (
        DocumentBeat("she reads it", 300), DocumentBeat("she burns it, and is sorry"),
    )  # fmt: skip
    assert (after.title, after.brief, after.beats) == ("After", "", ())
    structure = from_outline(document, 2_000, 1, "p")
    assert [slot.target_words for slot in structure.chapters] == [1_200, 800]


def test_a_single_heading_above_all_is_the_title_and_divisions_are_parts() -> None:
    text = (
        "# The Keeper\n\nA story.\n\n## Part One: Ebb\n\nIt ends.\n\n### A\n### B\n"
        "## Part Two\n### C"
    )
    document = read_outline(text)
    assert (document.title, document.premise) == ("The Keeper", "A story.")
    assert [(part.title, part.brief) for part in document.parts] == [
        ("Ebb", "It ends."), ("Part Two", ""),
    ]  # fmt: skip
    assert titles(document) == ["A", "B", "C"]
    assert [slot.part for slot in from_outline(document, 3_000, 1, "p").chapters] == [1, 1, 2]
    plain = read_outline("# The Keeper\n\n## A\n\n## B\n")
    assert (plain.title, titles(plain)) == ("The Keeper", ["A", "B"])
    alone = read_outline("# Only\n")
    assert (alone.title, titles(alone)) == ("", ["Only"])


def test_a_line_with_a_colon_is_title_and_brief_and_a_long_one_a_brief() -> None:
    long = "Mara finds a bottle on the rocks, reads the letter in it and tells nobody at all"
    document = read_outline(f"1. The Bottle: Mara finds it.\n2. {long}\n   - she hides it\n3. End")
    assert [(each.title, each.brief) for each in document.chapters] == [
        ("The Bottle", "Mara finds it."), ("Mara finds a bottle on the…", long), ("End", ""),
    ]  # fmt: skip
    assert document.chapters[1].beats == (DocumentBeat("she hides it"),)


def test_front_matter_and_yaml_may_say_title_and_premise() -> None:
    told = read_outline("---\ntitle: The Keeper\npremise: A letter.\n---\n# One\n# Two\n")
    assert (told.title, told.premise, titles(told)) == ("The Keeper", "A letter.", ["One", "Two"])
    yaml = "title: The Keeper\npremise: A letter.\nchapters:\n- One\n- {title: Two, words: 300}\n"
    for is_yaml in (True, False):
        same = read_outline(yaml, is_yaml=is_yaml)
        assert (same.title, same.premise, titles(same)) == (told.title, told.premise, titles(told))
        assert same.chapters[1].words == 300


def test_a_plan_document_is_an_outline_too() -> None:
    document = read_outline("## Chapter 7: One (300 words)\n\nShe goes.\n\n- a (100 words)\n")
    again = read_outline(render_markdown(document))
    assert again == document
    assert (again.chapters[0].number, again.chapters[0].words) == (1, 300)


def test_chapters_that_do_not_fit_the_words_are_refused_with_numbers() -> None:
    document = read_outline("# A (900 words)\n# B\n# C\n")
    with pytest.raises(UsageError, match="70 of 970 words are left for 2 chapters"):
        from_outline(document, 970, 1, "p")
    whole = read_outline("# A (900 words)\n# B (100 words)\n")
    with pytest.raises(UsageError, match="1,000 words together"):
        from_outline(whole, 1_100, 1, "p")
    with pytest.raises(UsageError, match="empty"):
        read_outline(" \n\n")


def test_an_outline_names_its_people_and_makes_a_premise() -> None:
    document = read_outline("# A\nMara Hale leaves Port Sorrow.\n# B\nShe meets Odo Pike there.\n")
    structure = from_outline(document, 3_000, 1, premise_of(document))
    assert structure.cast is not None
    assert [m.name for m in structure.cast.characters[:2]] == ["Mara Hale", "Odo Pike"]
    assert premise_of(document) == (
        "Mara Hale leaves Port Sorrow. In the end: She meets Odo Pike there."
    )
    assert "2 chapters: “A”, “B”." in premise_of(read_outline("# A\n# B\n"))


MANY_NAMES = [f"Mr Ab{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}o goes." for n in range(20_000)]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    ["# " + "#" * 400_000 + "x", "# a" + " " * 400_000 + "b", "## Chapter " + "9" * 9_000,
     "# A (" + "9" * 9_000 + " words)", "# A\n" + "Mara Hale and Odo. " * 30_000, "-" * 400_000,
     "# A\n" + " ".join(MANY_NAMES)],
)  # fmt: skip
def test_a_hostile_outline_is_read_or_refused_at_once(text: str) -> None:
    try:
        document = read_outline(text)
        from_outline(document, 3_000, 1, premise_of(document))
    except UsageError as error:
        assert error.remedy
