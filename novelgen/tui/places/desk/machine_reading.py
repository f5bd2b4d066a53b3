"""What the machine is doing, as far as it can be seen from outside; read in a thread."""

from dataclasses import dataclass

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.memory_words import read_memory_words
from novelgen.errors import NovelgenError
from novelgen.text.prose_metrics.measuring import METRICS, measure
from novelgen.text.prose_metrics.norms import Band, norms_for
from novelgen.text.prose_metrics.quality import side_of

_WINDOW_WORDS = 1_000
_SHOWN_METRICS = ("rep4", "mtld", "mattr500", "distinct1", "sent_cv")


@dataclass(frozen=True, slots=True)
class BandReading:
    """One metric of the last thousand words, beside what human novels have."""

    name: str
    value: float
    band: Band
    side: int
    """-1 below the band where that counts, 1 above it, 0 otherwise."""


@dataclass(frozen=True, slots=True)
class StripCell:
    """A chapter in the memory strip."""

    chapter: int
    state: str
    """`kept`: the memory at its end is stored; `behind`; `empty`: no text was read into one."""


@dataclass(frozen=True, slots=True)
class MachineReading:
    """The machine at one moment."""

    engine_bytes: int | None
    """Of the process that holds the model; None when there is none."""
    engine_models: tuple[str, ...]
    is_computing: bool
    memory_available: int
    cards: tuple[tuple[str, int, int], ...]
    """Name, bytes used and bytes in all."""
    bands: tuple[BandReading, ...]
    band_words: int
    strip: tuple[StripCell, ...]
    chapter: int
    likelier: tuple[str, ...] | None
    """Words that the memory of the chapter at hand makes likelier; None: not computed."""


def read_machine(workbench: Workbench, novel_id: str, chapter: int) -> MachineReading:
    """What can be seen; an engine that does not answer counts as none."""
    from novelgen.modeling.device import machine_memory
    from novelgen.modeling.machine import graphics_cards
    from novelgen.resident.control import resident_status

    try:
        status = resident_status(workbench.paths)
    except NovelgenError:
        status = None
    words_of_memory = read_memory_words(workbench, novel_id, chapter)
    bands, words = _bands(workbench, novel_id, chapter)
    return MachineReading(
        engine_bytes=None if status is None else status.resident_bytes,
        engine_models=() if status is None else status.models,
        is_computing=status is not None and status.is_computing,
        memory_available=machine_memory()[1],
        cards=tuple(
            (card.name, card.memory_total_bytes - card.memory_free_bytes, card.memory_total_bytes)
            for card in graphics_cards()
        ),
        bands=bands,
        band_words=words,
        strip=_strip(workbench, novel_id),
        chapter=chapter,
        likelier=None if words_of_memory is None else tuple(w.word for w in words_of_memory),
    )


def _bands(
    workbench: Workbench, novel_id: str, chapter: int
) -> tuple[tuple[BandReading, ...], int]:
    """Of the last thousand words up to the end of a chapter."""
    texts: list[str] = []
    with workbench.store.reading() as work:
        branch_id = work.novels.get(novel_id).active_branch_id
        texts += work.texts.tail(branch_id, _WINDOW_WORDS * 8, chapter + 1)
    measured = measure("\n\n".join(texts), _WINDOW_WORDS)
    norms = norms_for(min(measured.words, _WINDOW_WORDS))
    found = []
    for key in _SHOWN_METRICS:
        value = measured.values.get(key)
        if value is None:
            continue
        side = side_of(norms, key, value, measured.words)
        found.append(BandReading(METRICS[key], value, norms.bands[key], side))
    return tuple(found), measured.words


def _strip(workbench: Workbench, novel_id: str) -> tuple[StripCell, ...]:
    overview = workbench.overview(novel_id)
    ends: dict[int, bool] = {}
    for link, stored in workbench.snapshots(novel_id):
        ends[link.chapter] = stored is not None
    cells = []
    for chapter in overview.chapters:
        state = "kept" if ends.get(chapter.number) else "empty"
        if chapter.memory_behind:
            state = "behind"
        cells.append(StripCell(chapter.number, state))
    return tuple(cells)
