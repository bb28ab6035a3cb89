"""The examples of docs/plugging-in.md run as they stand."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import gymnasium as gym
import pytest
import rllib_driving
import serving
from libraries import leave_out_without

PAGE = (Path(__file__).parent.parent / "docs" / "plugging-in.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^## (.*?)$(.*?)(?=^## |\Z)", PAGE, flags=re.DOTALL | re.MULTILINE)
BLOCKS = [(title, block) for title, text in EXAMPLES for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)]
NEEDS: dict[str, list[str]] = {
    "MCP": ["mcp>=2.3"],
    "OpenEnv": ["openenv"],
    "Stable-Baselines3": ["sb3_contrib"],
    "TRL": ["trl", "datasets"],
    "verifiers": ["verifiers>=0.4"],
    "Ray": ["ray"],
    "RLlib": list(rllib_driving.NEEDS),
    "TorchRL": ["torchrl"],
}
"""Section -> the libraries without which its examples are left out."""
OPENENV_ADDRESS = "http://127.0.0.1:8000"
"""Where an example takes a server for granted, which the test has elsewhere."""
SMALLER = {
    "max_steps=100": 'max_steps=1, use_cpu=True, bf16=False, report_to="none", save_strategy="no"',
    "learn(100_000)": "learn(256)",
    "max_completion_length=2048": "max_completion_length=8",
    "ray.init()": "ray.init(num_cpus=2, object_store_memory=80_000_000, include_dashboard=False)",
    "num_env_runners=2)": "num_env_runners=0)"
    ".training(train_batch_size_per_learner=60, minibatch_size=60, num_epochs=1)",
    "range(100)": "range(1)",
    "num_generations=4": "num_generations=2, per_device_train_batch_size=2",
}
"""What an example says that would take a test too long, and what the test says instead."""


@pytest.mark.filterwarnings("ignore")  # of what other libraries deprecate
@pytest.mark.parametrize(("title", "block"), BLOCKS, ids=[f"{title}-{n}" for n, (title, _) in enumerate(BLOCKS)])
def test_an_example_runs(title: str, block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for library in NEEDS.get(title, []):
        leave_out_without(library)
    monkeypatch.chdir(tmp_path)
    for wanted, smaller in SMALLER.items():
        block = block.replace(wanted, smaller)
    if "Qwen/Qwen3-0.6B" in block:
        from trl_driving import save_tiny_model

        block = block.replace("Qwen/Qwen3-0.6B", save_tiny_model(tmp_path / "model"))
    with contextlib.ExitStack() as stack:
        if title == "Ray":
            import ray

            stack.callback(ray.shutdown)
        if title == "RLlib":
            from fleet_playing import one_node

            stack.enter_context(one_node())
        if OPENENV_ADDRESS in block:
            from ftrl_gym.interop.episodes import Episodes
            from ftrl_gym.interop.openenv import UVICORN, create_app

            app = create_app(Episodes(gym.make("ftrl/TravelBooking-v0", split="test")))
            block = block.replace(OPENENV_ADDRESS, stack.enter_context(serving.listening(app, **UVICORN)))
        exec(compile(block, f"docs/plugging-in.md, {title}", "exec"), {"__name__": "example"})


def test_the_page_has_examples() -> None:
    assert {title for title, _ in BLOCKS} >= {"Gymnasium", *NEEDS}
