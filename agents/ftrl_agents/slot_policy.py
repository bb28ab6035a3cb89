"""A network for Stable-Baselines3 that scores every listed action by its own features, with shared weights.

    score_k = w . f(slot_k, context)        context = g(progress, question)

So what it learns about one action holds wherever that action is listed, and about one task for others (as in pointer
networks, Vinyals et al. 2015). The state's value comes from the mean and the maximum over the actions. Slots under
which nothing is listed have no features; they get a score of their own, which is learned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from gymnasium import spaces
from sb3_contrib.common.maskable.policies import MaskableMultiInputActorCriticPolicy
from stable_baselines3.common.policies import MultiInputActorCriticPolicy
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.common.type_aliases import Schedule
from stable_baselines3.dqn.policies import MultiInputPolicy as DQNMultiInputPolicy
from stable_baselines3.dqn.policies import QNetwork
from torch import Tensor, nn

CONTEXT, FIRST, SECOND = 96, 128, 64
"""Widths of the layers."""


class SlotFeatures(BaseFeaturesExtractor):
    """Scores of all actions, and what the state's value is worked out from.

    Args:
        observation_space: Of a numeric view with ``discrete`` actions.
        slots: How many actions there are.
    """

    def __init__(self, observation_space: spaces.Dict, slots: int) -> None:
        super().__init__(observation_space, features_dim=slots + 2 * SECOND + CONTEXT)
        sizes = {name: int(spaces.flatdim(space)) for name, space in observation_space.spaces.items()}
        self.slots, self.width = slots, sizes["slots"] // slots
        self.context = nn.Sequential(nn.Linear(sizes["progress"] + sizes["question"], CONTEXT), nn.ReLU())
        self.of_slot, self.of_context = nn.Linear(self.width, FIRST), nn.Linear(CONTEXT, 2 * FIRST)
        self.second = nn.Sequential(nn.ReLU(), nn.Linear(FIRST, SECOND), nn.ReLU())
        self.score = nn.Linear(SECOND, 1)
        self.empty = nn.Parameter(torch.zeros(()))

    def forward(self, observations: dict[str, Tensor]) -> Tensor:
        """Shape (batch, slots + 2 * SECOND + CONTEXT): the scores first."""
        context_B = self.context(torch.cat([observations["progress"], observations["question"].float()], dim=1))
        slots_BK = observations["slots"].view(-1, self.slots, self.width)
        listed_BK = slots_BK.any(dim=2)
        rows = listed_BK.nonzero()[:, 0]
        shift, scale = self.of_context(context_B).chunk(2, dim=1)
        hidden = self.second(self.of_slot(slots_BK[listed_BK]) * (1 + scale)[rows] + shift[rows])
        scores_BK = self.empty.expand(listed_BK.shape).masked_scatter(listed_BK, self.score(hidden))
        all_BK = hidden.new_zeros(*listed_BK.shape, SECOND)
        all_BK[listed_BK] = hidden
        mean_B = all_BK.sum(dim=1) / listed_BK.sum(dim=1, keepdim=True).clamp(min=1)
        return torch.cat([scores_BK, mean_B, all_BK.amax(dim=1), context_B], dim=1)


class _ScoresAndRest(nn.Module):
    """Takes the extractor's output apart: scores for the actor, the rest for the critic."""

    def __init__(self, slots: int, features: int) -> None:
        super().__init__()
        self.latent_dim_pi, self.latent_dim_vf = slots, features - slots

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        return self.forward_actor(features), self.forward_critic(features)

    def forward_actor(self, features: Tensor) -> Tensor:
        return features[:, : self.latent_dim_pi]

    def forward_critic(self, features: Tensor) -> Tensor:
        return features[:, self.latent_dim_pi :]


if TYPE_CHECKING:
    from stable_baselines3.common.policies import MultiInputActorCriticPolicy as _ActorCritic
else:
    _ActorCritic = object  # what it is mixed into brings it


class _Scored(_ActorCritic):
    """What makes an actor-critic policy take the scores as they are, instead of another layer over all of them."""

    def __init__(self, observation_space: spaces.Dict, action_space: spaces.Discrete, *rest: Any, **more: Any) -> None:
        more |= {
            "features_extractor_class": SlotFeatures,
            "features_extractor_kwargs": {"slots": int(action_space.n)},
            "ortho_init": False,
        }
        super().__init__(observation_space, action_space, *rest, **more)

    def _build_mlp_extractor(self) -> None:
        self.mlp_extractor = _ScoresAndRest(int(self.action_space.n), self.features_dim)

    def _build(self, lr_schedule: Schedule) -> None:
        super()._build(lr_schedule)
        self.action_net = nn.Identity()
        self.optimizer = self.optimizer_class(self.parameters(), lr=lr_schedule(1), **self.optimizer_kwargs)


class SlotPolicy(_Scored, MultiInputActorCriticPolicy):
    """For PPO and A2C."""


class MaskableSlotPolicy(_Scored, MaskableMultiInputActorCriticPolicy):
    """For MaskablePPO."""


class _SlotQNetwork(QNetwork):
    def __init__(self, *rest: Any, **more: Any) -> None:
        super().__init__(*rest, **more)
        self.q_net = _First(int(self.action_space.n))


class _First(nn.Module):
    """The first columns."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.columns = columns

    def forward(self, features: Tensor) -> Tensor:
        return features[:, : self.columns]


class SlotQPolicy(DQNMultiInputPolicy):
    """For DQN: the scores are the values of the actions."""

    def __init__(self, observation_space: spaces.Dict, action_space: spaces.Discrete, *rest: Any, **more: Any) -> None:
        more |= {"features_extractor_class": SlotFeatures, "features_extractor_kwargs": {"slots": int(action_space.n)}}
        super().__init__(observation_space, action_space, *rest, **more)

    def make_q_net(self) -> QNetwork:
        """The network, without layers of SB3's own."""
        made = self._update_features_extractor(self.net_args, features_extractor=None)
        return _SlotQNetwork(**made).to(self.device)
