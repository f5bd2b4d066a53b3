"""The page that grows: what is open, what is drawn, what the guard struck."""

from novelgen.generation.stop import Struck
from novelgen.runs.live import (
    AttemptOpened,
    DraftChosen,
    PassageOpened,
    PieceDrawn,
    RowStruck,
    RowVoided,
)
from novelgen.tui.run.live_page import LivePage, LivePageReader

LOOP = Struck("He went. ", "He went. He went.", "loop", "3 times")


def test_what_is_struck_stays_in_sight_until_a_draft_is_chosen() -> None:
    reader = LivePageReader()
    reader.take([PassageOpened(2, 5, 1, "Open."), AttemptOpened(0, "")])
    reader.take(
        [PieceDrawn(0, "He went. He "), PieceDrawn(0, "went. He went."), RowStruck(0, LOOP)]
    )
    page = reader.page
    assert (page.chapter, page.open_text, page.drawn, page.last_struck) == (2, "Open.", "", LOOP)
    reader.take([AttemptOpened(1, "He went. "), PieceDrawn(0, "She stayed.")])
    page = reader.page
    assert (page.kept, page.drawn, page.last_struck) == ("He went. ", "She stayed.", LOOP)
    reader.take([DraftChosen(" He went. She stayed.")])
    assert reader.page.open_text == "Open. He went. She stayed."
    assert (reader.page.drawn, reader.page.last_struck) == ("", None)


def test_the_first_draft_that_is_not_struck_is_shown() -> None:
    reader = LivePageReader()
    reader.take([PassageOpened(1, 0, 0, ""), AttemptOpened(0, "")])
    reader.take([PieceDrawn(0, "a"), PieceDrawn(1, "b"), PieceDrawn(2, "c")])
    assert reader.page.drawn == "a"
    reader.take([RowStruck(1, LOOP)])
    assert (reader.page.drawn, reader.page.last_struck) == ("a", None)
    reader.take([RowStruck(0, LOOP)])
    assert (reader.page.drawn, reader.page.last_struck) == ("c", LOOP)
    reader.take([RowVoided(2), PieceDrawn(2, "d")])
    assert reader.page.drawn == "d"


def test_a_commit_takes_what_was_open() -> None:
    reader = LivePageReader()
    reader.take([PassageOpened(1, 0, 0, "One. "), AttemptOpened(0, ""), DraftChosen("Two. Three.")])
    reader.commit("One. Two. ")
    assert reader.page.open_text == "Three."
    reader.commit("Something else.")
    assert reader.page == LivePage(1)
