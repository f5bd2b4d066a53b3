"""What is counted without a model's weights is what the loaded engine counts."""

import subprocess
import sys
from pathlib import Path

import pytest

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.counting import counting_for, next_seen
from novelgen.bootstrap.workbench import NovelRequest
from novelgen.config import load_settings
from novelgen.engine.values import ChatMessage
from novelgen.errors import ModelError
from novelgen.generation.next_context import NothingNext
from novelgen.modeling.torch_engine import load_torch_engine
from novelgen.paths import resolve_paths
from storage.records import NovelChanges
from tests.modeling.tiny_models import PROSE

TORCH_FREE = """
import sys
from pathlib import Path
from novelgen.modeling.counting import tokenization_in

tokenization_in(Path(sys.argv[1])).prose_ids("a b")
print("torch" in sys.modules)
"""
MESSAGES = (ChatMessage("system", "You write."), ChatMessage("user", "Write <|im_end|> now."))


@pytest.fixture
def workbench(home: Path, model_dir: Path) -> Workbench:
    paths = resolve_paths(home)
    return Workbench(paths, load_settings(paths, model=str(model_dir), adapter="none"))


def novel_of(workbench: Workbench) -> str:
    request = NovelRequest(title="T", author="", premise="P.", target_words=1_000, seed=1)
    return workbench.create_novel(request).id


def test_tokens_and_prompts_are_those_of_the_loaded_engine(
    workbench: Workbench, model_dir: Path
) -> None:
    with workbench:
        counting = counting_for(workbench, workbench.find(novel_of(workbench)).novel)
        loaded = load_torch_engine(model_dir, "tiny", "c" * 64, 24, 1, device="cpu")
        engine = counting.engine
        assert counting.doubt == ""
        assert engine.info.context_size == loaded.info.context_size
        assert engine.info.has_chat_template == loaded.info.has_chat_template
        for text in (PROSE, "plain", "<|im_start|> spelled in prose", ""):
            assert engine.count_tokens(text) == loaded.count_tokens(text)
            assert engine.count_prompt_tokens(text, PROSE) == loaded.count_prompt_tokens(
                text, PROSE
            )
        assert engine.render_chat(MESSAGES) == loaded.render_chat(MESSAGES)
        with pytest.raises(ModelError, match="not loaded"):
            engine.initial_memory()
        assert next_seen(workbench, novel_of(workbench)).found == NothingNext(
            "There is no plan yet. What a passage is to tell comes from it."
        )


def test_a_model_that_is_not_here_is_estimated(workbench: Workbench) -> None:
    with workbench:
        novel = workbench.find(novel_of(workbench)).novel
        with workbench.store.writing() as work:
            novel = work.novels.update(novel.id, NovelChanges(model="smollm2-135m"))
        counting = counting_for(workbench, novel)
        assert "not here yet" in counting.doubt
        assert counting.engine.count_tokens("A lighthouse keeper.") > 3


def test_no_torch_is_loaded(model_dir: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TORCH_FREE, str(model_dir)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
