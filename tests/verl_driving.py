"""verl's own agent loop machinery around ours, and a server whose words a test chooses."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gymnasium as gym

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.export.parquet import verl_rows

BASE = Path(__file__).parent.parent / "agents" / "ftrl_agents" / "base"
LOGPROB = -0.25
"""Of every token that the server samples."""


class Server:
    """Samples given texts, one after the other, each with the token that ends a turn; the same for each episode."""

    def __init__(self, tokenizer: Any, texts: Sequence[str]) -> None:
        self.tokenizer = tokenizer
        self.turns = [[*tokenizer.encode(text, add_special_tokens=False), tokenizer.eos_token_id] for text in texts]
        self.prompts: list[list[int]] = []
        """What it was asked to go on with."""
        self._asked: Counter[str] = Counter()

    async def generate(self, *, request_id: str, prompt_ids: list[int], sampling_params: dict[str, Any]) -> Any:
        """The next turn, as verl's client of a server returns it."""
        from verl.workers.rollout.replica import TokenOutput

        self.prompts.append(list(prompt_ids))
        ids = self.turns[self._asked[request_id]]
        self._asked[request_id] += 1
        return TokenOutput(token_ids=ids, log_probs=[LOGPROB] * len(ids) if sampling_params.get("logprobs") else None)


def tokenizer() -> Any:
    """The embedded model's."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(BASE)


def row_of(env_id: str, task: str, **keywords: Any) -> dict[str, Any]:
    """A row of the export, as verl's data set hands it to a loop."""
    base = gym.make(env_id, split="test", **keywords).unwrapped
    assert isinstance(base, ToolUseEnv)
    (row,) = verl_rows(base, env_id, "test", [task])
    assert isinstance(row, dict)
    return {"raw_prompt": row["prompt"], **row}


def played(
    server: Server, row: dict[str, Any], longest: int = 500_000, most: int | None = None, **sampling: Any
) -> Any:
    """What the loop makes of a row.

    Args:
        server: Says the turns.
        row: Of :func:`row_of`.
        longest: verl's ``response_length``.
        most: verl's ``max_assistant_turns``.
        **sampling: Parameters for the server.
    """
    import hydra
    from omegaconf import OmegaConf
    from verl.experimental.agent_loop.agent_loop import DictConfigWrap

    rollout = {"prompt_length": 500_000, "response_length": longest, "multi_turn": {"max_assistant_turns": most}}
    config = OmegaConf.create({"actor_rollout_ref": {"rollout": rollout}, "data": {}})

    async def run() -> Any:
        loop = hydra.utils.instantiate(  # as verl's worker does, with the entry of its configuration file
            {"_target_": "ftrl_gym.interop.verl.AgentLoop"},
            trainer_config=DictConfigWrap(config),
            server_manager=server,
            tokenizer=server.tokenizer,
            processor=None,
            dataset_cls=object,
            data_config=DictConfigWrap(config.data),
            tools=None,
        )
        return await loop.run(sampling, **row)

    return asyncio.run(run())


def worked(server: Server, overrides: Sequence[str], rows: Sequence[dict[str, Any]]) -> Any:
    """The batch that verl's own worker makes of rows, for its trainer.

    Args:
        server: Says the turns of each.
        overrides: Of verl's configuration.
        rows: Of :func:`row_of`.
    """
    import hydra
    import numpy as np
    from verl.experimental.agent_loop.agent_loop import AgentLoopWorker
    from verl.protocol import DataProto

    with hydra.initialize_config_module("verl.trainer.config", version_base=None):
        config = hydra.compose("ppo_trainer", list(overrides))
    columns: dict[str, Any] = {}
    for name in rows[0]:
        columns[name] = np.empty(len(rows), dtype=object)
        columns[name][:] = [row[name] for row in rows]

    async def run() -> Any:
        batch = DataProto(non_tensor_batch={**columns, "index": np.arange(len(rows))}, meta_info={"global_steps": 1})
        return await AgentLoopWorker(config, server).generate_sequences(batch)

    return asyncio.run(run())
