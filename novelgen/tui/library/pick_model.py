"""Every model that a novel can be written with, to choose one."""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from novelgen.bootstrap.known_models import KnownModel, KnownModels, ModelSite, known_models
from novelgen.tui.asking import ask
from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.library.model_words import fit_in_words, site_in_words, what_it_is

_HEADINGS = {
    ModelSite.HERE: "Ready",
    ModelSite.ON_DISK: "Found on this disk",
    ModelSite.SERVER: "Servers, from the settings",
    ModelSite.TO_FETCH: "To fetch from the Hugging Face hub",
    ModelSite.NO_WEIGHTS: "To try the workbench",
}
_UNUSABLE = "Cannot be used"


class PickModel(Dialog[KnownModel]):
    """The model that was chosen."""

    CSS = """
    PickModel .box { width: 88; padding: 0 1; }
    PickModel #models { max-height: 30; }
    PickModel #models-told { padding: 0 1; color: $text-muted; }
    PickModel OptionList > .option-list--option-disabled { color: $text-muted; }
    """

    def __init__(self, known: KnownModels | None = None, chosen: str = "") -> None:
        """Without `known` the machine is looked through first."""
        super().__init__()
        self._known = known
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Model"
            box.border_subtitle = "Enter chooses   Esc leaves"
            yield Static("Looking at this machine …", id="models-told")
            yield OptionList(id="models")

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        if self._known is not None:
            self._fill(self._known)
            return
        ask(
            self,
            lambda workbench: known_models(workbench.paths, workbench.settings),
            self._fill,
        )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._known is not None and event.option.id is not None:
            self.dismiss(self._known.named(event.option.id))

    def _fill(self, known: KnownModels) -> None:
        self._known = known
        models = self.query_one(OptionList)
        models.set_options(_options(known.models))
        ids = [option.id for option in models.options]
        if self._chosen in ids:
            models.highlighted = ids.index(self._chosen)
        elif ids:
            models.highlighted = next(i for i, each in enumerate(models.options) if each.id)
        told = self.query_one("#models-told", Static)
        told.display = not known.is_complete
        told.update("There is more on this disk than was looked through: name model_folders.")


def _options(models: tuple[KnownModel, ...]) -> Iterator[Option]:
    heading = ""
    for model in models:
        told = _UNUSABLE if model.problem else _HEADINGS[model.site]
        if told != heading:
            first = "" if not heading else "\n"
            yield Option(Content.styled(first + told, "$text-muted italic"), disabled=True)
            heading = told
        yield Option(_prompt(model), id=model.id, disabled=bool(model.problem))


def _prompt(model: KnownModel) -> Content:
    fit, colour = fit_in_words(model)
    return Content.assemble(
        (model.name, "bold"),
        (f"   {site_in_words(model)}", "$text-muted"),
        ("   " + fit if fit else "", colour),
        "\n",
        (f"  {what_it_is(model)}", "$text-muted"),
    )
