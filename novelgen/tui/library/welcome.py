"""The empty library: what novelgen is, and the way to a first written page."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from novelgen.bootstrap.known_models import KnownModel, KnownModels, ModelSite, known_models
from novelgen.tui.asking import ask
from novelgen.tui.library.model_words import BUNDLED_TOLD, is_too_large
from novelgen.tui.library.novel_words import counted

_BETTER = "A better one: a .gguf file on this disk, one to fetch, or a server."
_ROOMY_LINES = 30
BUNDLED, FOUND, FORM, BRING_IN = "bundled", "found", "form", "bring in"


class Welcome(Vertical):
    """Shown where there is no novel."""

    DEFAULT_CSS = """
    Welcome { width: 100%; height: 1fr; align: center middle; }
    Welcome > VerticalScroll {
        width: 76; max-width: 96%; height: auto; max-height: 100%; scrollbar-size-vertical: 1;
    }
    Welcome #welcome-told { height: auto; padding: 0 1; }
    Welcome #welcome-ways {
        height: auto; max-height: 20; border: none; background: $background; margin: 1 0 0 0;
        padding: 0;
    }
    Welcome #welcome-ways:focus { background-tint: $foreground 0%; }
    Welcome #welcome-ways > .option-list--option { padding: 0 1; }
    Welcome #welcome-ways > .option-list--separator { color: $background; }
    Welcome #welcome-ways > .option-list--option-highlighted {
        background: $boost; color: $foreground; text-style: none;
    }
    """

    class Chosen(Message):
        """A way to a first page: BUNDLED, FOUND, FORM or BRING_IN."""

        def __init__(self, way: str) -> None:
            super().__init__()
            self.way = way

    def __init__(self) -> None:
        super().__init__()
        self.known: KnownModels | None = None
        """The models of this machine, once it was looked at."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Static(_TOLD, id="welcome-told")
            yield OptionList(*_spaced(_ways(None), self.app.size.height), id="welcome-ways")

    def look_at_machine(self) -> None:
        """See what models there are."""
        ask(
            self,
            lambda workbench: known_models(workbench.paths, workbench.settings),
            self._show,
            group="known",
        )

    @on(OptionList.OptionSelected, "#welcome-ways")
    def choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option.id is not None:
            self.post_message(self.Chosen(event.option.id))

    def _show(self, known: KnownModels) -> None:
        self.known = known
        ways = self.query_one("#welcome-ways", OptionList)
        highlighted = ways.highlighted
        ways.set_options(_spaced(_ways(known), self.app.size.height))
        ways.highlighted = highlighted or 0


def bundled_of(known: KnownModels) -> KnownModel | None:
    """The model that comes with novelgen."""
    return next((model for model in known.models if model.is_bundled), None)


def _ways(known: KnownModels | None) -> list[Option]:
    return [
        _way(BUNDLED, "Begin with the bundled model", _bundled_told(known)),
        _way(FOUND, "Choose another model", f"{_found_told(known)}\n  {_BETTER}"),
        _way(
            FORM, "Fill in the form yourself", "Title, premise, length, model: key n at any time."
        ),
        _way(
            BRING_IN,
            "Bring in a manuscript of your own",
            "Word, EPUB, Markdown or text, to go on with it: key m at any time.",
        ),
    ]


def _spaced(options: list[Option], height: int) -> list[Option | None]:
    """With rules between them, which are not seen: air, where there is room for it."""
    if height < _ROOMY_LINES:
        return [*options]
    spaced: list[Option | None] = []
    for option in options:
        spaced += [option, None]
    return spaced[:-1]


def _way(id: str, name: str, told: str) -> Option:
    prompt = Content.assemble(("▸ ", "$primary"), (name, "bold"), (f"\n  {told}", "$text-muted"))
    return Option(prompt, id=id)


def _bundled_told(known: KnownModels | None) -> str:
    told = f"Small, for any laptop:\n  {BUNDLED_TOLD}."
    bundled = None if known is None else bundled_of(known)
    if bundled is not None and bundled.site is ModelSite.TO_FETCH:
        return f"{told}\n  It is fetched first, once: {bundled.bytes_on_disk / 1e6:.0f} MB."
    if bundled is not None:
        return f"{told}\n  It is here already."
    return told


def _found_told(known: KnownModels | None) -> str:
    if known is None:
        return "Looking at this machine …"
    sites = (ModelSite.ON_DISK, ModelSite.SERVER, ModelSite.HERE)
    usable = [
        model
        for model in known.models
        if model.site in sites and not (model.problem or model.is_bundled or is_too_large(model))
    ]
    if not usable:
        return "None that fits was found on this disk; there are some to fetch."
    first = usable[0].name
    more = f", {first} among them" if len(usable) > 1 else f": {first}"
    fits = "fits" if len(usable) == 1 else "fit"
    return f"{counted(len(usable), 'model')} found that {fits} this machine{more}."


_TOLD = Content.assemble(
    ("There are no novels here yet.\n\n", "bold $primary"),
    "novelgen writes long novels on your own machine. You give a premise and a length; it plans "
    "parts, chapters and beats, and writes, with a memory of all that was written before. You "
    "read along, change what you like, and have any passage or chapter written anew. Nothing "
    "leaves this machine unless you choose a server, and nothing that was written is ever lost.",
)
