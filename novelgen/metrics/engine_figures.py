"""What is measured of engines, as families and as the series of one engine.

A *request* is one row of a decode call, as vLLM counts n candidates as n requests. The prompt is
prefilled once a call and counted once. Buckets are vLLM's.
"""

from dataclasses import dataclass
from enum import StrEnum

from prometheus_client import Counter, Gauge, Histogram

from novelgen.engine.values import EngineInfo, FinishReason
from novelgen.metrics.families import Families
from novelgen.metrics.model_label import model_label

_LATENCIES = (
    0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 120.0, 240.0,
    480.0, 960.0, 1920.0, 7680.0,
)  # fmt: skip
_FIRST_TOKEN = (
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
    20.0, 40.0, 80.0, 160.0, 640.0, 2560.0,
)  # fmt: skip
_PER_TOKEN = (
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0,
    40.0, 80.0,
)  # fmt: skip
_TOKENS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
_ROWS = (1, 2, 5, 10, 20)
SHORT_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Of what takes milliseconds as a rule: a memory written, a commit."""


class Purpose(StrEnum):
    """What a request is for."""

    PROSE = "prose"
    QUESTION = "question"
    """Of the planner, or about a chapter that was read: the model without its memory."""


class EngineFamilies:
    """The families in which every engine of a worker has its series."""

    def __init__(self, families: Families) -> None:
        counter, gauge, histogram = families.counter, families.gauge, families.histogram
        self.running = gauge("num_requests_running", "Rows being drawn.")
        self.waiting = gauge("num_requests_waiting", "Rows that wait for their engine's turn.")
        self.prompt_tokens = counter("prompt_tokens_total", "Tokens prefilled.", "purpose")
        self.generation_tokens = counter("generation_tokens_total", "Tokens drawn.", "purpose")
        self.success = counter(
            "request_success_total", "Rows that ended, by why.", "purpose", "finished_reason"
        )
        self.failures = counter("request_failures_total", "Rows whose decode call raised an error.")
        self.discarded = counter("candidates_discarded_total", "Rows that the guard ended.")
        self.request_prompt_tokens = histogram(
            "request_prompt_tokens", "Tokens prefilled for a decode call.", _TOKENS
        )
        self.request_generation_tokens = histogram(
            "request_generation_tokens", "Tokens drawn for a row.", _TOKENS
        )
        self.rows = histogram("request_params_n", "Rows asked for in a decode call.", _ROWS)
        self.first_token = histogram(
            "time_to_first_token_seconds", "From the call to a row's first text.", _FIRST_TOKEN
        )
        self.per_token = histogram(
            "request_time_per_output_token_seconds",
            "Mean time between two tokens of a row, after its first.",
            _PER_TOKEN,
        )
        self.latency = histogram(
            "e2e_request_latency_seconds", "From the call to its answer, for each row.", _LATENCIES
        )
        self.queue_time = histogram(
            "request_queue_time_seconds", "What a row waited for its engine's turn.", _LATENCIES
        )
        self.memory_write = histogram(
            "memory_write_seconds", "To read one segment into the memory.", SHORT_SECONDS
        )
        self.scoring = histogram(
            "score_seconds", "To weigh some texts by their likelihood.", SHORT_SECONDS
        )
        self.info = gauge(
            "engine_info",
            "1 for each engine, with what it is.",
            "device",
            "dtype",
            "quantization",
            "num_mem_tokens",
            "segment_size",
        )


@dataclass(frozen=True, slots=True)
class EngineFigures:
    """The series of one engine, looked up once."""

    running: Gauge
    waiting: Gauge
    prompt_tokens: dict[Purpose, Counter]
    generation_tokens: dict[Purpose, Counter]
    success: dict[tuple[Purpose, FinishReason], Counter]
    failures: Counter
    discarded: Counter
    request_prompt_tokens: Histogram
    request_generation_tokens: Histogram
    rows: Histogram
    first_token: Histogram
    per_token: Histogram
    latency: Histogram
    queue_time: Histogram
    memory_write: Histogram
    scoring: Histogram


def figures_of(families: EngineFamilies, info: EngineInfo, worker: str) -> EngineFigures:
    """The series of an engine; all that can be 0 are there from the beginning."""
    named = (model_label(info.model), worker)
    families.info.labels(
        *named, info.device, info.dtype, info.quantization, info.num_mem_tokens, info.segment_size
    ).set(1)
    return EngineFigures(
        running=families.running.labels(*named),
        waiting=families.waiting.labels(*named),
        prompt_tokens={each: families.prompt_tokens.labels(*named, each) for each in Purpose},
        generation_tokens={
            each: families.generation_tokens.labels(*named, each) for each in Purpose
        },
        success={
            (purpose, reason): families.success.labels(*named, purpose, reason)
            for purpose in Purpose
            for reason in FinishReason
        },
        failures=families.failures.labels(*named),
        discarded=families.discarded.labels(*named),
        request_prompt_tokens=families.request_prompt_tokens.labels(*named),
        request_generation_tokens=families.request_generation_tokens.labels(*named),
        rows=families.rows.labels(*named),
        first_token=families.first_token.labels(*named),
        per_token=families.per_token.labels(*named),
        latency=families.latency.labels(*named),
        queue_time=families.queue_time.labels(*named),
        memory_write=families.memory_write.labels(*named),
        scoring=families.scoring.labels(*named),
    )
