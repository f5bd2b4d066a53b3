"""What is said of a novel in the library: its sign, its state, its figures."""

from novelgen.tui.library.reading import NovelState, ShelfNovel

_SIGNS = {
    NovelState.WRITING: ("●", "$success"),
    NovelState.PLANNING: ("●", "$success"),
    NovelState.NEW: ("○", "$text-muted"),
    NovelState.PLANNED: ("○", "$text-muted"),
    NovelState.PAUSED: ("‖", "$secondary"),
    NovelState.FINISHED: ("✓", "$success"),
    NovelState.FAILED: ("✗", "$error"),
    NovelState.CRASHED: ("✗", "$error"),
}
_IN_FULL = {
    NovelState.WRITING: "It is being written.",
    NovelState.PLANNING: "It is being planned.",
    NovelState.NEW: "There is no plan yet.",
    NovelState.PLANNED: "The plan is made; nothing is written yet.",
    NovelState.PAUSED: "Paused.",
    NovelState.FINISHED: "Written to its end.",
    NovelState.FAILED: "The last run ended with an error.",
    NovelState.CRASHED: "The last run crashed. All that was committed is kept.",
}


def sign_of(state: NovelState) -> tuple[str, str]:
    """One character and its colour."""
    return _SIGNS[state]


def state_in_full(state: NovelState) -> str:
    """A sentence."""
    return _IN_FULL[state]


def title_of(novel: ShelfNovel) -> str:
    """Its title, or that it has none yet."""
    return novel.title or "(no title yet)"


def share_written(novel: ShelfNovel) -> float:
    """Of its target, from 0."""
    return novel.words / max(1, novel.target_words)


def counted(number: int, one: str, many: str = "") -> str:
    """Such as `1 novel`, `3 novels`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shortened(text: str, cells: int) -> str:
    """A text in so many cells, with an ellipsis where it is cut."""
    return text if len(text) <= cells else text[: max(cells - 1, 0)].rstrip() + "…"
