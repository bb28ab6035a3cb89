"""Two processes make the update that one makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from launching import launched

from ftrl_agents.config import UpdateConfig

SCRIPT = Path(__file__).with_name("learner_processes.py")
CASES = {
    "grpo": UpdateConfig(learning_rate=1e-3, mini_batches=2),
    "reinforce++": UpdateConfig.model_validate(
        {"learning_rate": 1e-3, "estimator": "reinforce++", "credit": "token", "kl": 0.1, "kl_place": "reward",
         "kl_estimator": "k1", "average": "episode"}
    ),
    "ppo": UpdateConfig.model_validate({"learning_rate": 1e-3, "estimator": "gae", "credit": "token", "epochs": 2}),
}  # fmt: skip


def updated(processes: int, config: UpdateConfig, path: Path) -> dict[str, Any]:
    """What the script leaves."""
    launched(SCRIPT, [config.model_dump_json(), str(path)], processes)
    return dict(torch.load(path, weights_only=False))


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", CASES)
def test_two_processes_are_one(name: str, tmp_path: Path) -> None:
    one = updated(1, CASES[name], tmp_path / "one.pt")
    two = updated(2, CASES[name], tmp_path / "two.pt")
    for key in one["stats"]:
        assert two["stats"][key] == pytest.approx(one["stats"][key], rel=2e-3, abs=2e-4), key
    for part in ("weights", "heads"):
        assert one[part].keys() == two[part].keys()
        for weight in one[part]:
            # AdamW's first steps have the size of the learning rate whatever the gradient's.
            torch.testing.assert_close(two[part][weight], one[part][weight], rtol=0, atol=5e-5)
