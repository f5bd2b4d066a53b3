"""Libraries that speak to a person's terminal, kept silent while they load and compute.

Guarantees that their settings are afterwards as they were. torchao, once installed, is imported by
transformers with any model, and names every extension that does not suit this machine.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from huggingface_hub.utils.tqdm import (
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
)
from transformers.utils import logging as transformers_logging

_TALKATIVE = ("torchao", "torch.utils._pytree", "torch._dynamo", "torch._inductor", "accelerate")


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keep transformers, the hub, torchao, torch's compiler and accelerate off stderr."""
    verbosity = transformers_logging.get_verbosity()
    had_bars = transformers_logging.is_progress_bar_enabled()
    had_hub_bars = not are_progress_bars_disabled()
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    levels = [logger.level for logger in loggers]
    transformers_logging.set_verbosity(transformers_logging.CRITICAL)
    transformers_logging.disable_progress_bar()
    disable_progress_bars()
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        transformers_logging.set_verbosity(verbosity)
        if had_bars:
            transformers_logging.enable_progress_bar()
        if had_hub_bars:
            enable_progress_bars()
