"""Published algorithms as settings.

Each is what its paper describes, but for what belongs to the size of a model and a machine (learning rates and batch
sizes stay as they are), and for these:

* A group whose advantages are all 0 is left out of the update, and so of the KL in the loss, of the entropy bonus and
  of the means; in the papers it has a part in these.
* A group's spread is the population's (divided by G); some implementations divide by G - 1.
* DAPO's dynamic sampling plays other tasks twice at most, and then learns from what there is.
* RLOO's ratios are clipped, which one optimizer step a batch never comes to.
* PPO's values are a head on the policy's own states, without a model of their own, and there is no KL.
* CISPO's upper bound is DAPO's; its paper tunes one and gives no figure.
* FTRL trained with Reinforce++, too: ``--recipe ftrl --update.estimator reinforce++``.
"""

from __future__ import annotations

from typing import Any

from ftrl_agents.config import (
    Average,
    Credit,
    Estimator,
    KlEstimator,
    KlPlace,
    Recipe,
    Source,
    Surrogate,
    TrainConfig,
)

_EVEN = {"clip_low": 0.2, "clip_high": 0.2}
_WHOLE = {"credit": Credit.TRAJECTORY}
UPDATES: dict[Recipe, dict[str, Any]] = {
    Recipe.GRPO: {
        **_WHOLE, "estimator": Estimator.GRPO, "average": Average.EPISODE, "kl": 0.04, "kl_estimator": KlEstimator.K3,
        "kl_place": KlPlace.LOSS, "entropy": 0.0, **_EVEN,
    },
    Recipe.DR_GRPO: {
        **_WHOLE, "estimator": Estimator.DR_GRPO, "average": Average.CONSTANT, "kl": 0.0, "entropy": 0.0, **_EVEN,
    },
    Recipe.DAPO: {
        **_WHOLE, "estimator": Estimator.GRPO, "average": Average.TOKEN, "clip_low": 0.2, "clip_high": 0.28, "kl": 0.0,
        "entropy": 0.0, "overlong_tokens": 512,
    },
    Recipe.RLOO: {
        **_WHOLE, "estimator": Estimator.RLOO, "surrogate": Surrogate.SEQUENCE, "average": Average.EPISODE, "kl": 0.05,
        "kl_estimator": KlEstimator.K1, "kl_place": KlPlace.REWARD, "entropy": 0.0, "mini_batches": 1, **_EVEN,
    },
    Recipe.REINFORCE_PLUS_PLUS: {
        "estimator": Estimator.REINFORCE_PLUS_PLUS, "credit": Credit.TOKEN, "kl": 0.01, "kl_estimator": KlEstimator.K1,
        "kl_place": KlPlace.REWARD, "entropy": 0.0, **_EVEN,
    },
    Recipe.REINFORCE_PLUS_PLUS_BASELINE: {
        **_WHOLE, "estimator": Estimator.REINFORCE_PLUS_PLUS_BASELINE, "kl": 0.01, "kl_estimator": KlEstimator.K2,
        "kl_place": KlPlace.LOSS, "entropy": 0.0, **_EVEN,
    },
    Recipe.PPO: {
        "estimator": Estimator.GAE, "credit": Credit.TOKEN, "gae_lambda": 0.95, "kl": 0.0, "entropy": 0.0, **_EVEN,
    },
    Recipe.GSPO: {
        **_WHOLE, "estimator": Estimator.GRPO, "surrogate": Surrogate.GSPO, "average": Average.EPISODE,
        "clip_low": 3e-4, "clip_high": 4e-4, "kl": 0.0, "entropy": 0.0,
    },
    Recipe.CISPO: {
        **_WHOLE, "estimator": Estimator.GRPO, "surrogate": Surrogate.CISPO, "average": Average.TOKEN, "clip_low": 1.0,
        "clip_high": 0.28, "kl": 0.0, "entropy": 0.0,
    },
    Recipe.FTRL: {
        **_WHOLE, "estimator": Estimator.GRPO, "average": Average.TOKEN, "kl": 0.001, "kl_estimator": KlEstimator.K3,
        "kl_place": KlPlace.LOSS, "entropy": 0.001, **_EVEN,
    },
}  # fmt: skip
"""What each recipe says about an update."""
ROLLOUTS: dict[Recipe, dict[str, Any]] = {
    Recipe.DAPO: {"refills": 2},
    Recipe.FTRL: {"source": Source.PREFIXES, "group": 16},
}
"""What some say about sampling."""
ENVS: dict[Recipe, dict[str, Any]] = {Recipe.FTRL: {"reward": "solve_f1", "matching": "ftrl"}}
"""What one says about the environment."""


def with_recipe(config: TrainConfig, recipe: Recipe) -> TrainConfig:
    """The settings with those of a recipe."""
    changed = {
        "recipe": recipe,
        "update": config.update.model_copy(update=UPDATES[recipe]),
        "rollout": config.rollout.model_copy(update=ROLLOUTS.get(recipe, {})),
        "env": config.env.model_copy(update=ENVS.get(recipe, {})),
    }
    return config.model_copy(update=changed)
