"""The command line with a scripted engine that fails: `failing_command.py METHOD CALL HOW ...`.

From the CALL-th call on METHOD (decode or write) raises HOW: `memory` (Python finds none),
`device-memory` (torch finds none on a device) or `device` (the device is gone), translated as the
torch engine translates them.
"""

import sys
from typing import Any

import torch

from novelgen.cli.main import run
from novelgen.engine.scripted import ScriptedEngine
from novelgen.modeling.out_of_memory import translated_out_of_memory

GONE = "CUDA error: unspecified launch failure\nCompile with `TORCH_USE_CUDA_DSA` to debug."
ERRORS: dict[str, Exception] = {
    "memory": MemoryError(),
    "device-memory": torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    "device": RuntimeError(GONE),
}


def main() -> None:
    method, call, how = sys.argv[1:4]
    works = getattr(ScriptedEngine, method)
    calls = 0

    def fails(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls < int(call):
            return works(*arguments, **named)
        if how == "memory":
            raise ERRORS[how]
        with translated_out_of_memory("Choose a smaller model."):
            raise ERRORS[how]

    setattr(ScriptedEngine, method, fails)
    sys.argv[1:] = sys.argv[4:]
    run()


if __name__ == "__main__":
    main()
