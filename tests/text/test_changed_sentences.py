"""Revisions: which sentences changed, and into what."""

from novelgen.text.changed_sentences import find_changed_sentences

CHAPTER = (
    "The ferry left at dawn. Nobody waved from the quay.\n\n"
    "Martin counted the sheep twice, and found one missing. It rained all day."
)


def changes(old: str, new: str) -> list[tuple[str, str]]:
    return [(revision.before, revision.after) for revision in find_changed_sentences(old, new)]


def test_marks_case_space_and_order_are_no_changes() -> None:
    moved = CHAPTER.replace(" It rained all day.", "").replace(
        "The ferry", "It rained all day. The ferry"
    )
    for new in (
        CHAPTER.replace("twice, and", "twice and"),
        CHAPTER.replace("\n\n", " "),
        CHAPTER.replace("It rained", "IT  rained"),
        moved,
    ):
        assert changes(CHAPTER, new) == []


def test_a_sentence_is_paired_with_what_it_became() -> None:
    new = CHAPTER.replace("found one missing. It rained", "found two missing. He swore. It rained")
    before = "Martin counted the sheep twice, and found one missing."
    assert changes(CHAPTER, new) == [
        (before, "Martin counted the sheep twice, and found two missing.")
    ]


def test_sentences_joined_or_split_are_paired_with_the_whole() -> None:
    old = "He opened the green door. He lit the lamp."
    new = "He opened the green door and lit the lamp."
    assert changes(old, new) == [(sentence + ".", new) for sentence in old.rstrip(".").split(". ")]
    assert changes(new, old) == [(new, old)]


def test_a_deleted_sentence_has_nothing_in_its_place() -> None:
    new = CHAPTER.replace(" Nobody waved from the quay.", "")
    assert changes(CHAPTER, new) == [("Nobody waved from the quay.", "")]


def test_a_change_deep_in_a_long_chapter_is_found_whole() -> None:
    filler = "\n\n".join(
        f"Sentence {number} is here. So is its twin {number}." for number in range(500)
    )
    new = CHAPTER.replace("dawn", "noon")
    found = changes(f"{filler}\n\n{CHAPTER}\n\n{filler}", f"{filler}\n\n{new}\n\n{filler}")
    assert found == [("The ferry left at dawn.", "The ferry left at noon.")]
