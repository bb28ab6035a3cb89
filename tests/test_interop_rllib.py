"""RLlib over the numeric view: what it samples is paid as the environment pays it, with masks and without."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from adapter_episodes import ID, Played, Script, play
from gymnasium.wrappers import FlattenObservation
from libraries import leave_out_without
from rllib_driving import NEEDS, played, said, settings

from ftrl_gym.errors import UsageError
from ftrl_gym.interop.numeric.view import NumericView
from ftrl_gym.interop.rllib import MaskedObservation

UNLISTED = "no_such_action"


def flat(config: dict[str, Any]) -> gym.Env[Any, Any]:
    actions = config.get("actions", "discrete")
    return FlattenObservation(NumericView(gym.make(ID, docs="signature", features=[]), actions, calls=40, endings=20))


def masked(config: dict[str, Any]) -> gym.Env[Any, Any]:
    return MaskedObservation(flat(config))


@pytest.mark.filterwarnings("ignore")  # of what RLlib deprecates
@pytest.mark.parametrize("actions", ["discrete", "multi_discrete"])
@pytest.mark.parametrize("masks", [True, False])
def test_what_rllib_trains_on_is_what_the_environment_pays(masks: bool, actions: str) -> None:
    for library in NEEDS:
        leave_out_without(library)
    from fleet_playing import one_node
    from ray.rllib.core.rl_module.rl_module import RLModuleSpec
    from ray.rllib.examples.rl_modules.classes.action_masking_rlm import ActionMaskingTorchRLModule

    sampled: list[tuple[Script, Played]] = []

    def note(*, episode: Any, **others: Any) -> None:
        """At once: for its learner, RLlib lengthens the episode by a step later."""
        sampled.append((said(episode), played(episode)))

    config = settings(masked if masks else flat, "travel").environment(env_config={"actions": actions})
    config = config.callbacks(on_episode_end=note)
    if masks:
        config = config.rl_module(rl_module_spec=RLModuleSpec(module_class=ActionMaskingTorchRLModule))
    with one_node():
        algorithm = config.build_algo()
        result = algorithm.train()
        algorithm.stop()
    bare = gym.make(ID, docs="signature", features=[])
    assert [paid for _, paid in sampled] == [play(bare, script) for script, _ in sampled]
    assert result["env_runners"]["num_episodes"] == len(sampled)
    assert len({script.task for script, _ in sampled}) > 5
    mean = sum(sum(paid.rewards) for _, paid in sampled) / len(sampled)
    assert result["env_runners"]["episode_return_mean"] == pytest.approx(mean)
    unlisted = sum(UNLISTED in text for script, _ in sampled for text in script.turns)
    if actions == "discrete":
        assert (unlisted == 0) == masks, "only without masks what is not listed is tried"


@pytest.mark.parametrize("actions", ["discrete", "multi_discrete"])
def test_the_mask_is_that_of_the_view(actions: str) -> None:
    env = masked({"actions": actions})
    view = env.get_wrapper_attr("action_masks")
    observation, _ = env.reset(seed=4)
    for _ in range(3):
        assert env.observation_space.contains(observation)
        assert observation["action_mask"].tolist() == view().tolist()
        assert 0 < observation["action_mask"].sum() < len(observation["action_mask"])
        observation = env.step(0 if actions == "discrete" else np.zeros(4, int))[0]
    assert env.spec is not None
    again = gym.make(gym.envs.registration.EnvSpec.from_json(env.spec.to_json()))
    first, second = again.reset(seed=6)[0], env.reset(seed=6)[0]
    assert all(np.array_equal(first[name], second[name]) for name in second)


def test_what_has_no_masks_or_no_vector_is_refused() -> None:
    bare = gym.make(ID)
    with pytest.raises(UsageError, match="NumericView first"):
        MaskedObservation(bare)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"Dict; put gymnasium\.wrappers\.FlattenObservation"):
        MaskedObservation(NumericView(bare))  # type: ignore[arg-type]
