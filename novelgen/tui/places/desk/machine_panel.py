"""What the machine is doing: speed, memory of the device, guard, repetition, the memory strip."""

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from novelgen.tui.asking import ask
from novelgen.tui.places.desk.machine_reading import BandReading, MachineReading, read_machine
from novelgen.tui.run.news import RunNews
from novelgen.tui.run.picture import RunPicture
from novelgen.tui.widgets.bars import bar, sparkline

if TYPE_CHECKING:
    from novelgen.tui.novel.open_novel import OpenNovel

_SECONDS_BETWEEN_LOOKS = 4.0
_BAR_CELLS = 10
_BAND_CELLS = 14
_SPEEDS_KEPT = 28
_WORDS_SHOWN = 10
_STRIP = {"kept": "█", "behind": "↻", "empty": "·"}


class MachinePanel(Static):
    """A column of short sections; it looks again every few seconds while it is in sight."""

    def __init__(self) -> None:
        super().__init__("", id="machine-panel")
        self._novel: OpenNovel | None = None
        self._reading: MachineReading | None = None
        self._speeds: list[float] = []
        self._strikes: list[str] = []
        self._chapter = 0
        """That was looked at last."""

    def on_mount(self) -> None:
        self.set_interval(_SECONDS_BETWEEN_LOOKS, self._look)

    def open(self, novel: "OpenNovel") -> None:
        """It comes into sight."""
        self._novel = novel
        self._look()
        self._show()

    def hear(self, news: RunNews) -> None:
        """Called with all news, in sight or not, so that speed and guard have a past."""
        picture = news.picture
        if picture.is_writing and picture.tokens_per_second:
            self._speeds = [*self._speeds, picture.tokens_per_second][-_SPEEDS_KEPT * 10 :]
        if picture.last_guard and picture.guard_events > len(self._strikes):
            self._strikes += [picture.last_guard] * (picture.guard_events - len(self._strikes))
        self.look_if_elsewhere()
        if self.display:
            self._show()

    def look_if_elsewhere(self) -> None:
        """Another chapter may be at hand: then it is looked at without waiting."""
        if self._novel is not None and self._novel.chapter != self._chapter:
            self._look()

    def _look(self) -> None:
        novel = self._novel
        if novel is not None and self.display:
            novel_id, chapter = novel.id, novel.chapter
            self._chapter = chapter
            ask(
                self,
                lambda workbench: read_machine(workbench, novel_id, chapter),
                self._take,
                group="machine",
            )

    def _take(self, reading: MachineReading) -> None:
        self._reading = reading
        self._show()

    def _show(self) -> None:
        if self._novel is None:
            return
        sections = [self._speed(self._novel.picture)]
        if self._reading is not None:
            sections += [_memory(self._reading), _prose(self._reading), _strip(self._reading)]
        sections.append(self._guard())
        self.update(Content("\n\n").join(section for section in sections if section.plain))

    def _speed(self, picture: RunPicture) -> Content:
        run = picture.run
        if run is None:
            told = "Nothing was written yet."
        else:
            told = f"{run.device}, {run.dtype}"
        speeds = self._speeds[:: max(1, len(self._speeds) // _SPEEDS_KEPT)][-_SPEEDS_KEPT:]
        plot = f"\n{sparkline(speeds)}" if len(speeds) > 2 else ""
        return Content.assemble(
            ("The machine\n", "bold $primary"),
            f"{picture.tokens_per_second:.1f} tokens/s" if picture.is_writing else "at rest",
            (plot, "$secondary"),
            (f"\n{told}", "$text-muted"),
        )

    def _guard(self) -> Content:
        if not self._strikes:
            return Content.assemble(
                ("Guard\n", "bold $primary"),
                ("Nothing was struck while you looked.", "$text-muted"),
            )
        last = "\n".join(f"╱ {each}" for each in self._strikes[-4:])
        count = len(self._strikes)
        drafts = "1 draft was" if count == 1 else f"{count} drafts were"
        return Content.assemble(
            ("Guard\n", "bold $primary"), f"{drafts} ended:\n", (last, "$warning")
        )


def _memory(reading: MachineReading) -> Content:
    lines: list[str | tuple[str, str]] = [("Device memory\n", "bold $primary")]
    if reading.engine_bytes is None:
        lines.append(("No model is loaded.\n", "$text-muted"))
    else:
        state = "computing" if reading.is_computing else "warm"
        lines.append(f"engine   {reading.engine_bytes / 1e9:.1f} GB, {state}\n")
    for name, used, total in reading.cards:
        lines.append((bar(used / max(1, total), _BAR_CELLS), "$primary"))
        lines.append(f" {used / 1e9:.1f}/{total / 1e9:.0f} GB {name}\n")
    lines.append(f"free     {reading.memory_available / 1e9:.1f} GB of memory")
    return Content.assemble(*lines)


def _prose(reading: MachineReading) -> Content:
    if not reading.bands:
        return Content("")
    lines: list[str | tuple[str, str]] = [
        ("Prose beside human novels\n", "bold $primary"),
        (
            f"the last {reading.band_words:,} words; 5 to 95 % of novels lie on the line\n",
            "$text-muted",
        ),
    ]
    for band in reading.bands:
        sign = {-1: "↓", 0: " ", 1: "↑"}[band.side]
        style = "$warning" if band.side else ""
        lines.append((f"{band.name}\n", "$text-muted"))
        lines.append((f"{_band_line(band)} {band.value:,.2f} {sign}\n", style))
    return Content.assemble(*lines).rstrip()


def _band_line(band: BandReading) -> str:
    """Where a value lies: the line is the human band, the dot the value."""
    low, high = band.band.p5, band.band.p95
    width = (high - low) or 1.0
    share = (band.value - low) / width  # 0 to 1 inside
    inner = _BAND_CELLS - 4
    at = min(max(round(2 + share * (inner - 1)), 0), _BAND_CELLS - 1)
    line = ["·", "·", *["─"] * inner, "·", "·"]
    line[at] = "●"
    return "".join(line)


def _strip(reading: MachineReading) -> Content:
    if not reading.strip:
        return Content("")
    cells = [
        (_STRIP[cell.state], "bold $primary" if cell.chapter == reading.chapter else "$secondary")
        for cell in reading.strip
    ]
    likelier = "7 (Memory), then l, asks the model."
    if reading.likelier is not None:
        likelier = ", ".join(reading.likelier[:_WORDS_SHOWN]) or "no word at all"
    return Content.assemble(
        ("Memory, chapter by chapter\n", "bold $primary"),
        *cells,
        ("\n█ kept  ↻ behind  · none\n\n", "$text-muted"),
        (f"Chapter {reading.chapter} makes likelier\n", "bold"),
        (likelier, "" if reading.likelier is not None else "$text-muted"),
    )
