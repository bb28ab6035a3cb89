"""An agent loop for verl: it plays the rows that ``ftrl-gym export --format verl`` writes.

verl makes ``ftrl_gym.interop.verl.AgentLoop`` in its workers, by a line in the file that
``actor_rollout_ref.rollout.agent.agent_loop_config_path`` names, and takes it for rows whose ``agent_name`` is
``ftrl_gym``. A row's ``extra_info`` names the environment and the task. Calls are text, as the row's prompt explains
them, and what the environment answers follows as a user's message; token ids are the sampler's own throughout, and the
mask covers those alone.

The reward of a row is the return of its episode. What is cut off by ``response_length`` is not played.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import gymnasium as gym

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import UsageError
from ftrl_gym.interop.bare_env import bare_env
from ftrl_gym.interop.installed import require
from ftrl_gym.reward import VerifiableReward

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SUPPORTED = ("0.9", "0.10")
"""First version of verl that works, and first that may not."""
AGENT = "ftrl_gym"
"""The loop's name; rows say by it who is to play them."""
_SCORES = ("outcome", "f1", "precision", "recall")
"""What verl logs of an episode; every row of a batch must have the same."""


def __getattr__(name: str) -> Any:
    """``AgentLoop``, which needs verl, when somebody asks for it."""
    if name == "AgentLoop":
        return _agent_loop()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class Tokens:
    """The tokens of a conversation so far: a prompt, and what was sampled and told after it.

    Args:
        ids: Of the prompt.
    """

    def __init__(self, ids: Sequence[int]) -> None:
        self.ids = list(ids)
        self.mask: list[int] = []
        """1 for each token of the response that was sampled, 0 for the others."""
        self.logprobs: list[float] | None = None

    def split(self, longest: int) -> tuple[list[int], list[int]]:
        """Ids of the prompt, and those of the response up to a length, in tokens."""
        start = len(self.ids) - len(self.mask)
        return self.ids[:start], self.ids[start : start + longest]


@functools.cache
def base_of(env_id: str, split: str, docs: str, dialect: str) -> ToolUseEnv:
    """The environment that a row names, one for each worker.

    Args:
        env_id: As for ``gym.make``.
        split: ``train`` or ``test``.
        docs: How tools are shown: ``json`` or ``signature``.
        dialect: How calls are written.

    Raises:
        UsageError: It does not exist, or not so.
    """
    return bare_env(gym.make(env_id, split=split, docs=docs, dialect=dialect))


def row_settings(extra_info: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """What a row says about its environment.

    Args:
        extra_info: The row's column of that name.

    Returns:
        What :func:`base_of` takes, in its order.

    Raises:
        UsageError: It is no row of ``ftrl-gym export --format verl``.

    >>> row_settings({"env_id": "ftrl/Bank-v0", "split": "test", "docs": "json", "dialect": "hermes", "task_id": "a"})
    ('ftrl/Bank-v0', 'test', 'json', 'hermes')
    """
    names = ("env_id", "split", "docs", "dialect")
    absent = [name for name in (*names, "task_id") if name not in extra_info]
    if absent:
        raise UsageError(
            f"a row for the agent loop {AGENT} says nothing of {', '.join(absent)} in extra_info; such rows are "
            "written by: ftrl-gym export ftrl/TravelBooking-v0 --format verl"
        )
    env_id, split, docs, dialect = (str(extra_info[name]) for name in names)
    return env_id, split, docs, dialect


@functools.cache
def _agent_loop() -> type[Any]:
    """The class.

    Raises:
        MissingExtraError: verl is not installed.
        UsageError: It is, in a version that is not supported.
    """
    require("verl", "verl", *SUPPORTED)
    from verl.experimental.agent_loop.agent_loop import AgentLoopBase, AgentLoopOutput, register
    from verl.utils.profiler import simple_timer

    class AgentLoop(AgentLoopBase):
        """Plays an episode."""

        __qualname__ = "AgentLoop"  # verl's workers find it by this name

        async def run(self, sampling_params: dict[str, Any], **row: Any) -> AgentLoopOutput:
            """Plays the episode of a row.

            Args:
                sampling_params: Of the server.
                **row: Its columns.
            """
            extra_info = row.get("extra_info") or {}
            env = VerifiableReward(base_of(*row_settings(extra_info)).sibling())
            env.reset(options={"task": extra_info["task_id"]})
            longest, most = self.rollout_config.response_length, self.rollout_config.multi_turn.max_assistant_turns
            messages = [dict(message) for message in row["raw_prompt"]]
            tokens = Tokens(await self.ct_build_initial_tokens(messages))
            metrics: dict[str, Any] = {}
            request = uuid4().hex
            sampled: Any = None
            rewards: list[float] = []
            score: dict[str, float] = {}
            over = False
            while not over:
                with simple_timer("generate_sequences", metrics):
                    sampled = await self.server_manager.generate(
                        request_id=request, prompt_ids=tokens.ids, sampling_params=sampling_params
                    )
                await self._add_sampled(tokens, sampled)
                if len(tokens.mask) >= longest:
                    break  # the turn is cut off
                text = self._text(sampled.token_ids)
                with simple_timer("tool_calls", metrics):
                    observation, reward, terminated, truncated, info = env.step(text)
                rewards.append(float(reward))
                score = info["score"]
                messages.append({"role": "assistant", "content": text})
                over = terminated or truncated or len(rewards) == most
                if not over:
                    await self._add_told(tokens, messages, observation)
                    over = len(tokens.mask) >= longest
            prompt_ids, response_ids = tokens.split(longest)
            return AgentLoopOutput(
                prompt_ids=prompt_ids,
                response_ids=response_ids,
                response_mask=tokens.mask[:longest],
                response_logprobs=None if tokens.logprobs is None else tokens.logprobs[:longest],
                reward_score=sum(rewards),
                num_turns=len(messages) - 1,
                metrics=metrics,
                extra_fields={
                    **sampled.extra_fields,
                    "turn_scores": rewards,
                    "tool_rewards": [],
                    "reward_extra_info": {name: float(score.get(name, 0.0)) for name in _SCORES},
                },
            )

        async def _add_sampled(self, tokens: Tokens, sampled: Any) -> None:
            """Appends a turn as it was sampled."""
            known = tokens.logprobs
            if known is None and sampled.log_probs:
                known = [0.0] * len(tokens.mask)
            merged, tokens.mask, tokens.logprobs = await self.ct_merge_assistant_token(
                tokens.ids, sampled.token_ids, tokens.mask, known, assistant_logprobs=sampled.log_probs or None
            )
            tokens.ids = merged.token_ids

        async def _add_told(self, tokens: Tokens, messages: list[dict[str, Any]], observation: str) -> None:
            """Appends what the environment says, to the messages too."""
            before = list(messages)
            messages.append({"role": "user", "content": observation})
            merged, tokens.mask, tokens.logprobs = await self.ct_merge_context_msg(
                before, messages, tokens.ids, tokens.mask, tokens.logprobs
            )
            tokens.ids = merged.token_ids

        def _text(self, ids: Sequence[int]) -> str:
            """A turn as the environment reads it, without the tokens that end it."""
            special, end = set(self.tokenizer.all_special_ids), len(ids)
            while end and ids[end - 1] in special:
                end -= 1
            text: str = self.tokenizer.decode(list(ids[:end]), skip_special_tokens=False)
            return text

    made: type[Any] = register(AGENT)(AgentLoop)
    return made
