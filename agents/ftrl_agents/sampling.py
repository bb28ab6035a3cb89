"""Where the episodes of a training step come from: whole ones, or single turns behind the paper's prefixes.

A source knows nothing of steps but its *cursor*, a list of two numbers that a checkpoint keeps. Where a run has several
processes each plays whole groups, in turn, and all of them are given the episodes of all.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from accelerate import Accelerator  # type: ignore[import-untyped]

from ftrl_agents.branching import branched
from ftrl_agents.config import Source, TrainConfig
from ftrl_agents.envs import EnvFactory
from ftrl_agents.episode import End, Episode, grouped, has_signal
from ftrl_agents.loss import overlong_penalty
from ftrl_agents.policy import Policy
from ftrl_agents.prefixes import PrefixRows, prefix_file, read_prefixes, write_prefixes
from ftrl_agents.processes import Processes
from ftrl_agents.rollout import EnvPool, collect
from ftrl_agents.run import tasks_from
from ftrl_agents.writer import Writer
from ftrl_gym.errors import FtrlGymError, UsageError

Cursor = tuple[int, int]
START: Cursor = (0, 0)


class Sampled(NamedTuple):
    """What a step played."""

    played: list[Episode]
    kept: list[Episode]
    """Those to learn from."""
    cursor: Cursor
    """Where the next step goes on."""


class EpisodeSource(Protocol):
    """Plays the episodes of a step."""

    def step(self, number: int, cursor: Cursor) -> Sampled:
        """Those of the ``number``-th step. Raises FtrlGymError where every episode failed."""
        ...

    def close(self) -> None:
        """Closes environments."""
        ...


def open_source(
    config: TrainConfig,
    policy: Policy,
    make_env: EnvFactory,
    ids: Sequence[str],
    kind: Source,
    processes: Processes | None = None,
    writer: Writer | None = None,
) -> EpisodeSource:
    """The source that a configuration names.

    Args:
        config: Of the run.
        policy: Plays; its weights change between steps.
        make_env: Makes training environments.
        ids: Training tasks.
        kind: Live episodes, or prefixes.
        processes: Those of the run; by default a single one.
        writer: Samples in place of the policy's own model.
    """
    player = _Player(config, policy, make_env, ids, processes or Processes(Accelerator()), writer)
    return PrefixTurns(player) if kind is Source.PREFIXES else LiveEpisodes(player)


class _Player:
    """The policy in the training environment."""

    def __init__(
        self,
        config: TrainConfig,
        policy: Policy,
        make_env: EnvFactory,
        ids: Sequence[str],
        processes: Processes,
        writer: Writer | None,
    ) -> None:
        self.writer = writer
        self.config, self.policy, self.make_env, self.ids = config, policy, make_env, ids
        self.processes, self.pool = processes, EnvPool()

    def play(
        self, tasks: Sequence[tuple[EnvFactory, str]], seed: int, group: int, first: int = 0, pooled: bool = True
    ) -> list[Episode]:
        """Groups of episodes, numbered from ``first`` on; those of all processes."""
        config, rollout = self.config, self.config.rollout

        def groups(places: Sequence[int]) -> list[list[Episode]]:
            return grouped(
                collect(
                    *self.policy,
                    [tasks[place] for place in places],
                    temperature=rollout.temperature,
                    seed=seed,
                    group_size=group,
                    groups=[first + place for place in places],
                    docs=config.env.docs,
                    in_flight=rollout.in_flight,
                    max_turn_tokens=rollout.max_turn_tokens,
                    max_episode_tokens=rollout.max_episode_tokens,
                    thinking=rollout.thinking,
                    stop=rollout.stop,
                    env_seconds=rollout.env_seconds,
                    pool=self.pool if pooled else None,
                    writer=self.writer,
                )
            )

        episodes = [episode for members in self.processes.dealt(groups, len(tasks)) for episode in members]
        if config.update.overlong_tokens:
            charge_length(episodes, rollout.max_episode_tokens, config.update.overlong_tokens)
        return episodes


class LiveEpisodes:
    """Whole episodes of the policy as it is; the cursor is ``(0, place in the order of tasks)``."""

    def __init__(self, player: _Player) -> None:
        self._player = player

    def step(self, number: int, cursor: Cursor) -> Sampled:
        """See :class:`EpisodeSource`. Where it is wished, other tasks are played instead of groups without signal."""
        config, rollout = self._player.config, self._player.config.rollout
        place, played, kept = cursor[1], list[Episode](), list[Episode]()
        for _ in range(rollout.refills + 1):
            missing = rollout.tasks - len(kept) // rollout.group
            tasks = [
                (self._player.make_env, task) for task in tasks_from(self._player.ids, place, missing, config.seed)
            ]
            played += self._player.play(tasks, _seed(config, number), rollout.group, first=place - cursor[1])
            place += missing
            kept = [
                episode for group in grouped(played) if has_signal(group, config.update.credit_by) for episode in group
            ]
            if len(kept) >= rollout.tasks * rollout.group:
                break
        _check(played, number)
        return Sampled(played, kept if rollout.refills and kept else played, (0, place))

    def close(self) -> None:
        """See :class:`EpisodeSource`."""
        self._player.pool.close()


class PrefixTurns:
    """Single turns behind prefixes of trajectories, which are sampled anew for each epoch (FTRL, arXiv 2508.08791).

    The cursor is ``(epoch, place among its prefixes)``.
    """

    def __init__(self, player: _Player) -> None:
        self._player = player
        self._rows = PrefixRows(player.config.env.id)

    def step(self, number: int, cursor: Cursor) -> Sampled:
        """See :class:`EpisodeSource`."""
        config, (epoch, place) = self._player.config, cursor
        path = prefix_file(config.run_dir, epoch)
        if place == 0:
            self._sample(epoch, number)
        places = self._player.processes.by_main(lambda: read_prefixes(path))
        random.Random(f"prefixes/{config.seed}/{epoch}").shuffle(places)
        chosen = places[place : place + config.rollout.tasks]
        tasks = [(branched(self._player.make_env, one, turns=1), one.task) for one in chosen]
        played = self._player.play(tasks, _seed(config, number), config.rollout.group, pooled=False)
        _check(played, number)
        after = place + len(chosen)
        return Sampled(played, played, (epoch, after) if after < len(places) else (epoch + 1, 0))

    def close(self) -> None:
        """See :class:`EpisodeSource`."""
        self._player.pool.close()

    def _sample(self, epoch: int, number: int) -> None:
        """Plays the trajectories of an epoch and writes their prefixes."""
        config, player = self._player.config, self._player
        count = min(config.rollout.trajectories, len(player.ids))
        ids = list(tasks_from(player.ids, epoch * count, count, config.seed))
        trunks = player.play([(player.make_env, task) for task in ids], _seed(config, number), group=1)
        player.processes.by_main(lambda: self._write(epoch, trunks))

    def _write(self, epoch: int, trunks: Sequence[Episode]) -> None:
        config, env = self._player.config, self._player.make_env()
        try:
            taskset = env.unwrapped.taskset  # type: ignore[attr-defined]
            rows = [row for trunk in trunks for row in self._rows.of(trunk, taskset.get(trunk.task))]
        finally:
            env.close()
        if not rows:
            raise UsageError(
                f"none of {len(trunks)} tasks of {config.env.id} can be written in FTRL's format, so there are no "
                "prefixes to train on; leave --rollout.source prefixes out, or choose other tasks (--env.features)"
            )
        write_prefixes(prefix_file(config.run_dir, epoch), rows)


def charge_length(episodes: Sequence[Episode], budget: int, buffer: int) -> None:
    """Sets what episodes lose for their length; one that the budget ended, however short it stayed, loses all.

    Args:
        episodes: Of a step; failed ones are left alone.
        budget: Tokens that an episode may have.
        buffer: Over how many of the last of them it loses bit by bit.
    """
    for episode in episodes:
        if episode.end is not End.FAILED:
            length = budget if episode.end is End.TOKEN_BUDGET else episode.length
            episode.penalty = overlong_penalty(length, budget, buffer)


def _seed(config: TrainConfig, number: int) -> int:
    return config.seed * 1_000_003 + number


def _check(played: Sequence[Episode], number: int) -> None:
    failed = [episode for episode in played if episode.end is End.FAILED]
    if len(failed) == len(played):
        raise FtrlGymError(f"every episode of step {number + 1} failed in the environment: {failed[0].error}")
