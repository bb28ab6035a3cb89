"""The policy that a run begins with, checked before anything is written: it can be sampled, and fits into memory."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from ftrl_agents import memory
from ftrl_agents.chat import Chat
from ftrl_agents.config import TrainConfig
from ftrl_agents.policy import Policy, load_policy
from ftrl_agents.processes import Processes
from ftrl_agents.sharding import by_deepspeed, shards
from ftrl_agents.slot_attention import slot_attention


def policy_to_begin_with(
    config: TrainConfig, policy: Policy | None, start: Path | None, console: Console, processes: Processes
) -> Policy:
    """The policy that a run begins or goes on with; says what the run will need of memory.

    Args:
        config: Of the run.
        policy: That of a new run instead of ``config.model``.
        start: The checkpoint to go on from, if any.
        console: For the table of memory.
        processes: Of the run.

    Raises:
        UsageError: It cannot be read, sampled or trained, or does not fit into memory.
    """
    if start or policy is None:
        policy = load_policy(start or config.model)
    Chat(policy.tokenizer, tools=config.env.docs == "json", thinking=config.rollout.thinking)
    with slot_attention(policy.model):
        pass  # refuses a model that cannot be sampled
    free = memory.free_memory(policy.model, processes.accelerator.device)
    parts = processes.count if shards(processes.accelerator) else 1
    moments = processes.count if by_deepspeed(processes.accelerator) else 1
    needed = memory.check(memory.Shape.of(policy.model), config, free, parts, moments)
    console.print(f"memory{' of each process' if processes.count > 1 else ''}:\n{needed.table()}")
    return policy
