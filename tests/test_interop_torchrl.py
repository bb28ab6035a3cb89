"""Environments as TorchRL has them: its own wrapper, its own check, texts beside tensors."""

from __future__ import annotations

import pytest

from ftrl_gym.errors import UsageError
from ftrl_gym.interop import torchrl as interop

pytest.importorskip("torchrl")
pytestmark = pytest.mark.filterwarnings("ignore")  # of what TorchRL deprecates

ID, TASK = "ftrl/TravelBooking-v0", "test-00164"
CALL = '<tool_call>\n{"name": "get_flight", "arguments": {"flight_no": "LT3635"}}\n</tool_call>'


def test_torchrls_own_check_passes() -> None:
    from torchrl.envs import GymWrapper
    from torchrl.envs.utils import check_env_specs

    env = interop.torchrl_env(ID, split="test")
    assert isinstance(env, GymWrapper)
    check_env_specs(env)


def test_an_episode_is_rolled_out() -> None:
    env = interop.torchrl_env(ID, split="test")
    begun = env.reset(options={"task": TASK})
    assert begun["info"]["task_id"] == TASK and begun["observation"].endswith("of flight LT3635, please?")
    turns = iter([CALL, "Say \ud83d\udeeb <answer>A220-300</answer>"])
    played = env.rollout(5, policy=lambda observation, info: next(turns), tensordict=begun, auto_reset=False)
    assert played["next", "reward"].flatten().tolist() == [0.5, 0.5]
    assert played["next", "terminated"].flatten().tolist() == [False, True]
    assert '"aircraft": "A220-300"' in played["next", "observation"][0]
    assert played["next", "info"][1]["score"]["outcome"] == 1.0


def test_seeds_draw_the_tasks_that_gymnasium_draws() -> None:
    import gymnasium as gym

    env, bare = interop.torchrl_env(ID), gym.make(ID)
    assert [env.reset(seed=n)["observation"] for n in range(5)] == [bare.reset(seed=n)[0] for n in range(5)]


def test_a_version_that_is_not_supported_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interop, "SUPPORTED", ("99", "100"))
    with pytest.raises(UsageError, match="torchrl>=99,<100 is supported"):
        interop.torchrl_env(ID)
