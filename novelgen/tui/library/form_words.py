"""What the form of a new novel says: its heading, the hint of each field, what it will cost."""

from dataclasses import dataclass

from textual.content import Content

from novelgen.bootstrap.estimates import WritingEstimate
from novelgen.bootstrap.known_models import KnownModel, ModelSite
from novelgen.manuscript.lengths import LENGTHS, length_of
from novelgen.tui.library.model_words import (
    BETTER_TOLD,
    fit_in_words,
    is_too_large,
    site_in_words,
    time_in_words,
    what_it_is,
)
from novelgen.tui.widgets.bars import bar

_LADDER_CELLS = 8


@dataclass(frozen=True, slots=True)
class Hint:
    """What is to know of a field."""

    title: str
    short: str
    """One or two lines."""
    more: Content | None = None

    def in_full(self) -> Content:
        told = Content.assemble((self.title, "bold $primary"), "\n\n", self.short)
        if self.more is None:
            return told
        return Content("\n\n").join((told, self.more))

    def in_short(self) -> Content:
        return Content(self.short)


_HINTS = {
    "title": Hint("Title", "It can be changed at any time. Left empty, the model finds one."),
    "premise": Hint(
        "Premise",
        "What the book is about, in a few sentences. It stands in every prompt; left empty, the "
        "model invents it.",
        Content(
            "Name the people who matter, what they want and what stands in their way. The plan of "
            "parts, chapters and beats grows from here, and you can change all of it before a word "
            "is written."
        ),
    ),
    "genre": Hint("Genre", "Such as: ghost story, or: police novel of the 1930s."),
    "style": Hint(
        "Style",
        "Such as: plain sentences; dry humour; little dialogue. It is part of the voice sheet, "
        "which can be changed later.",
    ),
    "person": Hint("Told by", "Who tells it. With any, the model decides. ← and → choose."),
    "tense": Hint("Tense", "In which tense it is told. ← and → choose."),
    "spelling": Hint("Spelling", "Of English words that are spelled in two ways. ← and → choose."),
    "drafts": Hint(
        "Drafts",
        "With 1, each passage is drawn once. With 4, four are drawn side by side, judged, and the "
        "best is kept: better prose for somewhat more time.",
    ),
    "author": Hint("Author", "For the manuscript. The setting `author` fills it in."),
    "leave": Hint("Leave", "Back to the library; nothing is begun."),
}
_BEGIN = Hint(
    "Begin",
    "The novel is planned first. It stops at its plan, for you to read and change it, and again "
    "after its first chapter.",
)
_BEGIN_FIRST = Hint(
    "Begin",
    "The novel is planned, then its first chapter is written while you read along. There it stops.",
)


def heading(*, is_first: bool) -> Content:
    """Above the form."""
    told = "New novel"
    if is_first:
        told = "Your first novel: change what you like, then Begin"
    return Content.assemble((" novelgen ", "bold $background on $primary"), f"  {told}")


def hint_for(field: str, model: KnownModel | None, words: int, *, is_first: bool) -> Hint:
    """What is to know of the field in focus."""
    if field == "length":
        return Hint(
            "Length",
            "Words of the whole book; it can be changed later. Enter shows the lengths.",
            _ladder(words),
        )
    if field == "model":
        return _of_model(model)
    return _HINTS.get(field, _BEGIN_FIRST if is_first else _BEGIN)


def length_told(words: int) -> Content:
    """In the form."""
    length = length_of(words)
    name = ""
    if length is not None:
        name = f"as long as {length.name}" if length.is_reference else length.name.lower()
    return Content.assemble(f"{words:,} words", (f"   {name}", "$text-muted"))


def model_told(model: KnownModel | None) -> Content:
    """In the form."""
    if model is None:
        return Content.styled("looking at this machine …", "$text-muted")
    fit, colour = fit_in_words(model)
    site = f"   {site_in_words(model)}"
    return Content.assemble(model.name, (site, "$text-muted"), ("   " + fit if fit else "", colour))


def price_told(
    model: KnownModel | None,
    estimate: WritingEstimate | None,
    words: int,
    *,
    is_asking: bool,
) -> Content:
    """What the novel costs in time."""
    if model is None:
        return Content("")
    if is_too_large(model):
        fit, colour = fit_in_words(model)
        return Content.assemble((fit, colour), (". Choose a smaller model.", ""))
    if model.site is ModelSite.SERVER:
        return Content.styled("How long it takes is a matter of the server.", "$text-muted")
    if model.site is ModelSite.TO_FETCH:
        return Content.styled(
            "Begin fetches the model first; then this machine is asked how long it takes.",
            "$text-muted",
        )
    if is_asking:
        return Content.styled("How long would it take? Asking this machine …", "$text-muted")
    if estimate is None:
        return Content.styled("How long it takes is not known for this model.", "$text-muted")
    told = time_in_words(estimate, words)
    return Content.assemble(
        (told[0].upper() + told[1:], "bold"),
        f" for {words:,} words on this machine",
        (" (estimate)" if estimate.hours_a_word else "", "$text-muted"),
    )


def _of_model(model: KnownModel | None) -> Hint:
    if model is None:
        return Hint("Model", "What writes the novel.")
    more = Content(BETTER_TOLD) if model.is_bundled else None
    return Hint("Model", f"{what_it_is(model)}. Enter shows all models.", more)


def _ladder(words: int) -> Content:
    """How long that is, beside the known novels."""
    longest = max(length.words for length in LENGTHS)
    rungs = sorted({(each.words, each.name) for each in LENGTHS} | {(words, "")})
    seen: set[int] = set()
    lines: list[tuple[str, str]] = []
    for count, name in reversed(rungs):
        if count in seen:
            continue
        seen.add(count)
        style = "bold $primary" if count == words else "$text-muted"
        sign = "▸" if count == words else " "
        called = name or "this novel"
        called = called if len(called) <= 18 else called[:17] + "…"
        lines.append((f"{sign} {called:<18}{count:>10,} {_share(count, longest)}\n", style))
    return Content.assemble(*lines).rstrip()


def _share(words: int, longest: int) -> str:
    """By the square root, so that the short ones can be told apart."""
    return bar((words / longest) ** 0.5, _LADDER_CELLS).replace("·", " ")
