"""What general suites ask, for a model too small for them: does training on one domain cost it the others?

Two answers, an example each: the next-token loss on text that it was not trained on, and Solve-F1 on tasks of scenarios
that it was not trained in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ftrl_agents.corpus import encode
from ftrl_agents.corpus_blocks import NEVER_TRAINED
from ftrl_agents.evaluation import score_episode
from ftrl_agents.held_out_tasks import held_out
from ftrl_agents.policy import Policy
from ftrl_agents.rollout import EnvPool, collect
from ftrl_gym.policies import Oracle
from ftrl_gym.trajectory import run_episode

if TYPE_CHECKING:
    from ftrl_agents.held_out_tasks import HeldOutTasks

TITLE = "scenarios not trained on"


def unseen_tasks(count: int) -> HeldOutTasks:
    """Tasks of scenarios that the embedded model has never read of."""
    return held_out(TITLE, NEVER_TRAINED, count)


def conversations_in(tasks: HeldOutTasks, policy: Policy) -> list[np.ndarray]:
    """Token ids of the perfect policy's conversations in these tasks: text that nobody was trained on."""
    texts = []
    for make, task in tasks.tasks:
        env = make()
        played = run_episode(env, Oracle(), options={"task": task})
        env.close()
        texts.append(encode(policy.tokenizer, played.messages()).ids)
    return texts


def next_token_losses(policy: Policy, texts: Sequence[np.ndarray], longest: int = 2048) -> list[float]:
    """Mean negative log-likelihood of a text's tokens but the first, in nats, for each text.

    Args:
        policy: The model.
        texts: ``(T,)`` token ids each, T at least 2.
        longest: A longer text is cut there.
    """
    import torch

    losses = []
    policy.model.eval()
    with torch.no_grad():
        for text in texts:
            ids_BT = torch.from_numpy(np.asarray(text[:longest], dtype=np.int64))[None].to(policy.model.device)
            logits_BTV = policy.model(input_ids=ids_BT).logits.float()
            loss = torch.nn.functional.cross_entropy(logits_BTV[0, :-1], ids_BT[0, 1:])
            losses.append(float(loss))
    return losses


def solve_f1(policy: Policy, tasks: HeldOutTasks) -> list[float]:
    """Greedy Solve-F1 of each task."""
    pool = EnvPool()
    try:
        episodes = collect(*policy, tasks.tasks, temperature=0.0, seed=0, group_size=1, pool=pool)
    finally:
        pool.close()
    return [score_episode(episode, ()).f1 for episode in episodes]
