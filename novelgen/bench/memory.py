"""`bench memory`: whether the process grows while a novel does, and what memory costs.

Writes segments as a novel does, one after another: draw, then write memory through its snapshot
bytes. Peak memory and seconds are read after each.
"""

import sys
import time
from dataclasses import dataclass
from statistics import median

import psutil
import torch

from novelgen.bench.loading import BenchModel
from novelgen.bench.rounds import OnProgress
from novelgen.engine.memory import memory_values, pack_memory
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import SamplingParams
from novelgen.errors import UsageError
from novelgen.modeling.decoding import DecodeJob, decode_rows
from novelgen.modeling.token_batch import pad_left

_NO_FINGERPRINT = "0" * 64


@dataclass(frozen=True, slots=True)
class MemoryBenchReport:
    """Figures by segment, from the first one on."""

    tokens: tuple[int, ...]
    """Tokens written so far."""
    peak_mib: tuple[float, ...]
    """The most that the process, or its GPU, has held so far."""
    draw_seconds: tuple[float, ...]
    write_seconds: tuple[float, ...]

    @property
    def growth_mib(self) -> float:
        """Largest of the last half less the largest of the first, the first segment left out."""
        middle = len(self.peak_mib) // 2
        return max(self.peak_mib[middle:]) - max(self.peak_mib[1 : max(2, middle)])

    @property
    def write_share(self) -> float:
        drawn, written = median(self.draw_seconds), median(self.write_seconds)
        return written / (drawn + written)


def bench_memory(
    loaded: BenchModel,
    segments: int,
    tail_tokens: int,
    sampling: SamplingParams,
    on_progress: OnProgress,
) -> MemoryBenchReport:
    """Write `segments` segments. Raises `UsageError` for a model without memory."""
    model, tokenization = loaded.model, loaded.tokenization
    if not model.num_mem_tokens:
        raise UsageError("This model has no memory to measure.", "Name an adapter: --adapter.")
    memory = model.initial_memory().detach()
    written = list(tokenization.prose_ids("The rain had stopped before dawn. "))
    tokens: list[int] = []
    peaks: list[float] = []
    draws: list[float] = []
    writes: list[float] = []
    for number in range(segments):
        begin = time.perf_counter()
        key = stream_key(number, "bench", [0])
        size = loaded.segment_size
        job = DecodeJob(written[-tail_tokens:], sampling, [key], size, size)
        (row,) = decode_rows(model, tokenization, memory, job, decoder=loaded.decoder)
        middle = time.perf_counter()
        ids = tokenization.prose_ids(row.text)[:size] or written[-1:]
        with torch.inference_mode():
            memory = model.write(memory, pad_left([ids]))
        state = pack_memory(memory[0].float().cpu().numpy(), _NO_FINGERPRINT, _NO_FINGERPRINT)
        memory = torch.from_numpy(memory_values(state).copy()).unsqueeze(0).to(model.device)
        end = time.perf_counter()
        written = (written + ids)[-max(tail_tokens, 1) :]
        tokens.append((tokens[-1] if tokens else 0) + len(ids))
        draws.append(middle - begin)
        writes.append(end - middle)
        peaks.append(_peak_mib(model.device))
        on_progress(number + 1, segments)
    return MemoryBenchReport(tuple(tokens), tuple(peaks), tuple(draws), tuple(writes))


def _peak_mib(device: torch.device) -> float:
    """The most memory held so far, by the process or on its GPU."""
    if device.type == "cuda":
        return float(torch.cuda.max_memory_allocated(device)) / 2**20
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 2**20
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak) / (2**20 if sys.platform == "darwin" else 2**10)
