"""Memory of GPUs is told where torch has one in use; torch is never loaded for it."""

import subprocess
import sys

PROGRAM = """
import sys
from novelgen.metrics.worker_metrics import WorkerMetrics

metrics = WorkerMetrics(worker="w", model_name="m")
assert "gpu_memory" not in metrics.exposition().decode() and "torch" not in sys.modules
import torch
assert "gpu_memory" not in metrics.exposition().decode()  # no device is in use yet
if torch.cuda.is_available():
    held = torch.zeros(1_000_000, device="cuda")
    told = metrics.exposition().decode()
    series = 'novelgen:gpu_memory_allocated_bytes{device="0",model_name="m",worker="w"} '
    (line,) = [line for line in told.splitlines() if line.startswith(series)]
    assert float(line.removeprefix(series)) == torch.cuda.memory_allocated() >= 4_000_000
    assert "gpu_memory_reserved_bytes{" in told and "gpu_memory_peak_allocated_bytes{" in told
print("looked")
"""


def test_it_is_told_for_devices_in_use_alone() -> None:
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert (finished.returncode, finished.stdout) == (0, "looked\n"), finished.stderr
