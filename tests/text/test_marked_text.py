"""Marked text: every character knows whose it is, whatever is done to the text around it."""

from hypothesis import given
from hypothesis import strategies as st

from novelgen.text.machine_words import Ranges, machine_words, ranges_of_words, word_places
from novelgen.text.marked_text import Change, MarkedText, change_between
from novelgen.text.words import iter_words

ALPHABET = "abcé— \n’.\U0001f600"
texts = st.text(alphabet=ALPHABET, max_size=30)
edits = st.tuples(st.integers(0, 60), st.integers(0, 8), texts, st.booleans())


def made_by(ranges: Ranges, length: int) -> list[bool]:
    marks = [False] * length
    for start, end in ranges:
        marks[start:end] = [True] * (end - start)
    return marks


def is_tidy(ranges: Ranges, length: int) -> bool:
    edges = [edge for each in ranges for edge in each]
    return edges == sorted(set(edges)) and all(0 <= edge <= length for edge in edges)


@given(texts, st.lists(edits, max_size=12))
def test_a_mark_is_never_given_to_what_a_person_typed(
    text: str, changes: list[tuple[int, int, str, bool]]
) -> None:
    """Against a model that marks single characters; a spoilt word may only lose marks."""
    marked, model = MarkedText(text), [(character, False) for character in text]
    for at, length, new, by_machine in changes:
        start = min(at, len(model))
        end = min(start + length, len(model))
        marked.replace(start, end, new, by_machine=by_machine)
        model[start:end] = [(character, by_machine) for character in new]
        assert marked.text == "".join(character for character, _ in model)
        assert is_tidy(marked.ranges, len(marked.text))
        marks = made_by(marked.ranges, len(marked.text))
        assert all(mark <= mine for mark, (_, mine) in zip(marks, model, strict=True))
        lost = [at for at, mark in enumerate(marks) if model[at][1] and not mark]
        assert not any(model[at][0].isspace() for at in lost), "only letters of words are spoilt"
        model = [(character, mark) for (character, _), mark in zip(model, marks, strict=True)]


@given(texts, st.lists(edits, max_size=12))
def test_what_stood_before_comes_back_with_its_marks(
    text: str, changes: list[tuple[int, int, str, bool]]
) -> None:
    marked = MarkedText(text)
    stood = {text: marked.ranges}
    for at, length, new, by_machine in changes:
        start = min(at, len(marked.text))
        end = min(start + length, len(marked.text))
        marked.replace(start, end, new, by_machine=by_machine)
        stood[marked.text] = marked.ranges
    for earlier, ranges in stood.items():
        marked.set_text(earlier)
        assert (marked.text, marked.ranges) == (earlier, ranges)


@given(texts, texts)
def test_the_one_stretch_that_differs(old: str, new: str) -> None:
    change = change_between(old, new)
    if change is None:
        assert old == new
        return
    assert old[: change.start] + change.text + old[change.end :] == new
    gone, come = old[change.start : change.end], change.text
    assert not (gone and come) or (gone[0] != come[0] and gone[-1] != come[-1])


@given(texts, st.lists(st.booleans(), min_size=30, max_size=30))
def test_words_and_characters_agree(text: str, marks: list[bool]) -> None:
    places = list(word_places(text))
    assert [text[start:end] for start, end in places] == list(iter_words(text))
    chosen = [number for number in range(len(places)) if marks[number]]
    ranges = ranges_of_words(text, [[number, 1] for number in chosen])
    spans = machine_words(text, ranges)
    assert [first + at for first, count in spans for at in range(count)] == chosen
    assert machine_words(text, ranges_of_words(text, spans)) == spans


def machine(text: str) -> MarkedText:
    marked = MarkedText()
    marked.replace(0, 0, text, by_machine=True)
    return marked


def words(marked: MarkedText) -> list[str]:
    every = list(iter_words(marked.text))
    spans = machine_words(marked.text, marked.ranges)
    return [word for first, count in spans for word in every[first : first + count]]


def test_what_a_person_types_inside_splits_the_stretch() -> None:
    marked = machine("The door stood open.")
    marked.replace(8, 8, " of the house")
    assert marked.ranges == ((0, 8), (21, 33))
    assert words(marked) == ["The", "door", "stood", "open."]
    marked.replace(8, 21, "")
    assert marked.ranges == ((0, 20),)


def test_a_word_with_a_person_s_letter_is_theirs_and_the_machine_s_again_without_it() -> None:
    marked = machine("She walk home.")
    marked.replace(8, 8, "ed")
    assert words(marked) == ["She", "home."]
    marked.replace(8, 10, "")
    assert words(marked) == ["She", "walk", "home."]


def test_what_is_left_of_a_word_that_a_person_cut_is_theirs() -> None:
    marked = machine("She walked home, slowly.")
    marked.replace(8, 10, "")
    assert marked.text == "She walk home, slowly."
    assert words(marked) == ["She", "home,", "slowly."]
    marked.replace(13, 14, "")
    assert words(marked) == ["She", "slowly."]


def test_words_that_a_person_joined_or_parted_are_theirs() -> None:
    marked = machine("some body went there now")
    marked.replace(4, 5, "")
    assert words(marked) == ["went", "there", "now"]
    marked.replace(11, 11, " ")
    assert marked.text == "somebody we nt there now"
    assert words(marked) == ["there", "now"]


def test_words_that_go_whole_and_paragraphs_that_are_parted_spoil_nothing() -> None:
    marked = machine("It rained. She slept on and on.")
    marked.replace(10, 11, "\n\n")
    marked.replace(marked.text.index("on and "), marked.text.index("on."), "")
    assert marked.text == "It rained.\n\nShe slept on."
    assert words(marked) == marked.text.split()


def test_redo_brings_a_machine_s_words_back_as_its_own() -> None:
    marked = MarkedText("I began. ")
    marked.replace(9, 9, "It went on.", by_machine=True)
    whole = marked.text
    assert marked.set_text("I began. ") == Change(9, 20, "")
    assert marked.ranges == ()
    marked.set_text(whole)
    assert marked.ranges == ((9, 20),)
    marked.set_text(whole + " Yes.")
    assert marked.ranges == ((9, 20),), "what never stood before is the person's"


def test_a_person_who_types_in_front_of_a_machines_word_leaves_it_the_machines() -> None:
    text = MarkedText("One. And two.", [(5, 13)])
    for at, letter in enumerate("She. ", 5):
        text.replace(at, at, letter)
    assert text.text == "One. She. And two."
    assert list(text.ranges) == [(10, 18)]
