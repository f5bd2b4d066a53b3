"""One of the processes that share several engines, as torchrun starts it.

torchrun --nproc-per-node 2 -m tests.modeling.engines_worker MODEL OTHER UNSUITABLE FOLDER: the
first leaves what it drew in FOLDER, the other how many engines it had before each one it loaded.
"""

import gc
import json
import os
import signal
import sys
from pathlib import Path

import torch

from novelgen.engine.protocol import Engine
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import DecodeRequest, SamplingParams
from novelgen.errors import DeviceFailed, ModelError
from novelgen.modeling import tensor_parallel
from novelgen.modeling.placement import process_rank
from novelgen.modeling.tensor_parallel import dismiss_followers, follow
from novelgen.modeling.torch_engine import TorchEngine
from tests.modeling.parallel_worker import SETTINGS
from tests.modeling.tiny_models import PROSE


def draw(engine: Engine, number: int) -> str:
    keys = (stream_key(number, "prose", [0]),)
    request = DecodeRequest(None, "", PROSE[:60], SamplingParams(), keys, 12)
    return engine.decode(request).candidates[0].text


def lead(model: Path, other: Path, unsuitable: Path, folder: Path) -> None:
    """A writer and a planner side by side, a model that is refused, a third engine, an end."""
    said: dict[str, object] = {}
    writer, planner = load(model), load(other)
    said["drawn"] = [draw(engine, n) for n, engine in enumerate((writer, planner, writer, planner))]
    try:
        load(unsuitable)
    except ModelError as error:
        said["refused"] = error.message
    os.chdir(model.parent)  # the other process finds nothing there
    try:
        load(Path(model.name))
    except ModelError as error:
        said["refused by the other"] = error.message
    said["after"] = draw(writer, 9)
    del writer, planner
    gc.collect()
    said["third"] = draw(load(other), 2)
    dismiss_followers("cpu")
    (folder / "said.json").write_text(json.dumps(said))


def lead_until_the_other_ends(model: Path, folder: Path) -> None:
    """The other process is killed between two calls."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # torchrun's, until all is said
    engine = load(model)
    draw(engine, 1)
    os.kill(int((folder / "other.pid").read_text()), signal.SIGKILL)
    said = []
    for ask in (lambda: draw(engine, 2), lambda: draw(engine, 3), lambda: load(model)):
        try:
            ask()
        except DeviceFailed as error:
            said.append(error.message)
    (folder / "said.json").write_text(json.dumps(said))


def load(model: Path) -> Engine:
    return tensor_parallel.load_tensor_parallel_engine(model, **SETTINGS)


def follow_and_count(folder: Path) -> None:
    (folder / "other.pid").write_text(str(os.getpid()))
    held: list[int] = []
    load_together = tensor_parallel._load_together

    def count(arguments: dict[str, object]) -> TorchEngine:
        held.append(sum(isinstance(each, TorchEngine) for each in gc.get_objects()))
        return load_together(arguments)

    tensor_parallel._load_together = count
    follow("cpu")
    (folder / "held.json").write_text(json.dumps(held))


def main() -> None:
    *models, folder = (Path(argument) for argument in sys.argv[1:])
    torch.set_num_threads(1)
    if process_rank() > 0:
        follow_and_count(folder)
    elif len(models) == 1:
        lead_until_the_other_ends(*models, folder)
    else:
        lead(*models, folder)


if __name__ == "__main__":
    main()
