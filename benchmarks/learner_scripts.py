"""Episodes that both sides of ``speed.py learner`` play: the same tokens, turn by turn.

A model with random weights neither calls tools nor ends its turns, and two samplers never draw alike. So the embedded
base model plays once, as it would in training, and what it wrote is the script: whoever samples computes everything it
needs for a token of its own, draws it, and then gets the script's token instead. Prompts, tool calls, feedback,
lengths and numbers of turns are then the same on both sides, and as uneven as those of real episodes.

Kept are episodes whose calls every parser reads alike: no malformed call, no unknown tool, no turn that was cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import gymnasium as gym
import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from ftrl_agents.base_model import Base
from ftrl_agents.chat import Chat
from ftrl_agents.episode import End, Episode, grouped
from ftrl_agents.rollout import collect
from ftrl_gym.errors import UsageError

GROUP = 8
"""Episodes of a task."""
SPARE = 6
"""More are played of each, since some are no scripts."""
READ_ALIKE = {"ok", "tool_error"}
"""What became of calls that any parser understands."""


class Prompt(NamedTuple):
    """How a task begins."""

    task: str
    system: str
    """All of the system message, tool documents included."""
    question: str
    tools: tuple[str, ...]
    """Names of the tools on offer."""
    ids: tuple[int, ...]


class Scripts:
    """What comes next, by what was so far.

    Args:
        prompts: Of the tasks.
        episodes: Recorded, of the same tasks in the same order, ``GROUP`` of each.
    """

    def __init__(self, prompts: Sequence[Prompt], episodes: Sequence[Episode]) -> None:
        self.prompts, self.episodes = prompts, episodes
        self.own_tokens = sum(episode.own_count for episode in episodes)
        self._next: dict[tuple[int, ...], list[list[int]]] = {}
        by_task = {prompt.task: prompt.ids for prompt in prompts}
        for episode in episodes:
            tail = episode.ids[episode.prompt_length :]
            for turn in episode.turns:
                start, end = turn.start - episode.prompt_length, turn.end - episode.prompt_length
                so_far = (*by_task[episode.task], *tail[:start])
                self._next.setdefault(so_far, []).append(tail[start:end])

    def turn(self, so_far: Sequence[int], taken: Counter[tuple[int, ...]]) -> list[int]:
        """Tokens of the turn that follows; episodes alike up to there get theirs one after the other.

        Args:
            so_far: All token ids from the prompt on.
            taken: How many turns each beginning has given, of the step; counted up here.

        Raises:
            UsageError: No script has come here: the two sides do not play the same episodes.
        """
        key = tuple(so_far)
        known = self._next.get(key)
        if known is None:
            raise UsageError(
                f"an episode of {len(key)} tokens has left its script, so its feedback is not what was recorded: the "
                "chat template, the tools or the environment differ between the two sides"
            )
        taken[key] += 1
        return known[(taken[key] - 1) % len(known)]

    def lengths(self) -> tuple[list[int], list[int]]:
        """Tokens of each prompt, and of each episode behind its prompt."""
        tails = [len(episode.ids) - episode.prompt_length for episode in self.episodes]
        return [len(prompt.ids) for prompt in self.prompts], tails


class Forced:
    """A logits processor of ``generate``: whatever the scores are, only the script's token is left.

    Args:
        turns: Of each row.
        start: Tokens in front of the turn, padding included.
        padding: What rows get whose turn is over.
    """

    def __init__(self, turns: Sequence[Sequence[int]], start: int, padding: int) -> None:
        self.start = start
        width = max(map(len, turns)) + 1
        self.tokens = torch.tensor([[*turn, *[padding] * (width - len(turn))] for turn in turns])

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """``(B, L)`` ids and ``(B, V)`` scores to scores of the same shape."""
        wanted = self.tokens[:, input_ids.shape[1] - self.start].to(scores.device)
        return torch.full_like(scores, -torch.inf).scatter_(1, wanted[:, None], 0.0)


def prompts_of(
    make: Callable[[], gym.Env[str, str]], tokenizer: PreTrainedTokenizerBase, tasks: Sequence[str], docs: str
) -> list[Prompt]:
    """How tasks begin with these documents."""
    chat, env, found = Chat(tokenizer, tools=docs == "json"), make(), list[Prompt]()
    for task in tasks:
        _, info = env.reset(options={"task": task})
        system, user = info["messages"]
        shown = info["tools"] if docs == "json" else None
        text = str(tokenizer.apply_chat_template([system], tools=shown, tokenize=False))
        names = tuple(tool["function"]["name"] for tool in info["tools"])
        ids = tuple(chat.initial([system, user], shown))
        content = text.removeprefix("<|im_start|>system\n").removesuffix("<|im_end|>\n")
        found.append(Prompt(task, content, str(user["content"]), names, ids))
    env.close()
    return found


def recorded(base: Base, make: Callable[[], gym.Env[str, str]], tasks: int) -> list[Episode]:
    """``GROUP`` scripts of each of so many tasks, as the base model plays them.

    Raises:
        UsageError: The environment has not so many tasks that give enough scripts.
    """
    env = make()
    ids: list[str] = env.unwrapped.taskset.ids()  # type: ignore[attr-defined]
    env.close()
    kept: list[Episode] = []
    for start in range(0, len(ids), tasks):
        pairs = [(make, task) for task in ids[start : start + tasks]]
        played = collect(base.model, base.tokenizer, pairs, temperature=1.0, seed=start, group_size=GROUP + SPARE)
        for group in grouped(played):
            scripts = [episode for episode in group if _is_script(episode)][:GROUP]
            kept += scripts if len(scripts) == GROUP else []
        if len(kept) >= tasks * GROUP:
            return kept[: tasks * GROUP]
    raise UsageError(
        f"only {len(kept) // GROUP} of {len(ids)} tasks gave {GROUP} scripts, {tasks} are wanted; see --tasks"
    )


def _is_script(episode: Episode) -> bool:
    calls = [call for turn in episode.turns for call in turn.calls]
    alike = all(call["status"] in READ_ALIKE for call in calls) and not any(turn.cut for turn in episode.turns)
    return alike and episode.end is End.ANSWERED
