"""The training loop: policy -> rollout -> advantage -> loss -> update, with what makes it survive."""

from __future__ import annotations

import time
from pathlib import Path

import torch
from rich.console import Console

from ftrl_agents import checkpoint
from ftrl_agents.chat import Chat
from ftrl_agents.config import TrainConfig
from ftrl_agents.episode import End, Episode
from ftrl_agents.interrupt import Interrupted, Interrupts
from ftrl_agents.learner import Learner, LossNotFinite
from ftrl_agents.metrics import MetricsLog, describe
from ftrl_agents.policy import Policy, load_policy
from ftrl_agents.report import write_report
from ftrl_agents.rollout import EnvPool, collect
from ftrl_agents.run import (
    env_factory,
    evaluations,
    forget_evaluations,
    prepare_folder,
    progress_bar,
    resumed,
    task_ids,
    tasks_of_step,
)
from ftrl_gym.errors import FtrlGymError, UsageError


class Trainer:
    """One run, from its first or a later step to its report.

    Args:
        config: With ``resume`` set, the run in that folder goes on with its own settings.
        console: For progress.
        policy: Where to start instead of ``config.model``.

    Raises:
        UsageError: Something in the configuration cannot be.
    """

    def __init__(self, config: TrainConfig, console: Console, policy: Policy | None = None) -> None:
        self.console = console
        config = resumed(config) if config.resume else config
        torch.set_num_threads(config.threads)
        self.make_train, self.make_test = env_factory(config, "train"), env_factory(config, "test")
        self.train_ids = task_ids(self.make_train)
        self.test_ids = task_ids(self.make_test)[: config.evaluation.tasks]
        if not self.train_ids:
            raise UsageError("no training task is left: loosen --env.kinds or --env.difficulty")
        self.start = checkpoint.latest(config.run_dir) if config.resume else None
        self.policy = policy if policy and not self.start else load_policy(self.start or config.model)
        Chat(self.policy.tokenizer, tools=config.env.docs == "json")
        self.warm = self.start is not None or policy is not None or config.model is not None
        self.config = config if config.resume else prepare_folder(config, console)
        self.step, self.elapsed = 0, 0.0
        self.pool = EnvPool()
        self.learner: Learner | None = None
        self.log: MetricsLog | None = None

    def run(self, interrupts: Interrupts) -> Path:
        """Everything in order; the path of the report."""
        if not self.warm:
            self._warm_up()
        self._begin(interrupts)
        config, policy = self.config, self.policy
        before = evaluations(config, policy, self.make_test, self.test_ids, "before", self.console)
        if not self._over():
            forget_evaluations(config, "after")
        self._train(interrupts)
        after = evaluations(config, policy, self.make_test, self.test_ids, "after", self.console)
        title = f"{config.env.id}: {self.step} updates"
        return write_report(config.run_dir, before, after, self.log.records(), title=title)

    def close(self) -> None:
        """Environments and files."""
        self.pool.close()
        if self.log is not None:
            self.log.close()

    def save(self) -> Path:
        """A checkpoint of the last completed step."""
        cursor = {"step": self.step, "elapsed": self.elapsed, "metrics": self.log.position()}
        optimizer = self.learner.optimizer
        return checkpoint.save(self.config.run_dir, self.step, *self.policy, optimizer, cursor)

    def _warm_up(self) -> None:
        from ftrl_agents.demonstrations import warm_up

        warm_up(self.policy.model, self.policy.tokenizer, self.make_train, self.train_ids, seed=self.config.seed)

    def _begin(self, interrupts: Interrupts) -> None:
        config = self.config
        reference = load_policy(config.run_dir / checkpoint.FIRST).model if config.update.kl and self.start else None
        self.learner = Learner(self.policy.model, config.update, config.rollout.temperature, reference)
        if self.start:
            cursor = checkpoint.load_cursor(self.start, self.learner.optimizer)
            self.step, self.elapsed = cursor["step"], cursor["elapsed"]
            self.log = MetricsLog(config.run_dir, cursor["metrics"], self.step)
            self.console.print(f"going on with {config.run_dir} after step {self.step}")
        else:
            self.log = MetricsLog(config.run_dir)
            with interrupts.deferred():
                first = self.save()
            if config.update.kl:
                self.learner.set_reference(load_policy(first).model)

    def _over(self) -> bool:
        return self.step >= self.config.steps or self.elapsed >= 60 * self.config.minutes

    def _train(self, interrupts: Interrupts) -> None:
        config = self.config
        with progress_bar(self.console) as progress:
            bar = progress.add_task("GRPO", total=1.0, note="")
            while not self._over():
                begun = time.monotonic()
                episodes = self._episodes()
                sampled = time.monotonic()
                with interrupts.deferred():
                    try:
                        stats = self.learner.update(episodes, seed=config.seed + self.step)
                    except LossNotFinite as error:
                        raise self._stopped(error, episodes) from None
                    self.step += 1
                    updated = time.monotonic()
                    record = describe(episodes, stats, sampled - begun, updated - sampled)
                    self.elapsed += time.monotonic() - begun
                    self.log.add({"step": self.step, **record, "minutes": self.elapsed / 60})
                    if self.step % config.save_every == 0 or self._over():
                        self.save()
                note = "return {reward:.3f}  F1 {f1:.3f}  right {outcome:.3f}".format(**record)
                done = max(self.step / config.steps, self.elapsed / (60 * config.minutes))
                progress.update(bar, completed=done, description=f"GRPO step {self.step}", note=note)
                if self.step % config.save_every == 0 and not self.console.is_terminal:
                    self.console.print(f"step {self.step}: {note}")

    def _episodes(self) -> list[Episode]:
        config, rollout = self.config, self.config.rollout
        chosen = tasks_of_step(self.train_ids, self.step, rollout.tasks, config.seed)
        episodes = collect(
            self.policy.model,
            self.policy.tokenizer,
            [(self.make_train, task) for task in chosen],
            temperature=rollout.temperature,
            seed=config.seed * 1_000_003 + self.step,
            group_size=rollout.group,
            docs=config.env.docs,
            in_flight=rollout.in_flight,
            max_turn_tokens=rollout.max_turn_tokens,
            max_episode_tokens=rollout.max_episode_tokens,
            pool=self.pool,
        )
        failed = [episode for episode in episodes if episode.end is End.FAILED]
        if len(failed) == len(episodes):
            raise FtrlGymError(f"every episode of step {self.step + 1} failed in the environment: {failed[0].error}")
        return episodes

    def _stopped(self, error: LossNotFinite, episodes: list[Episode]) -> FtrlGymError:
        path = self.config.run_dir / f"episodes_of_step_{self.step + 1}.txt"
        path.write_text("\n\n".join(episode.transcript() for episode in episodes), encoding="utf-8")
        saved = self.save()
        return LossNotFinite(
            f"step {self.step + 1}: {error}. Its episodes are in {path}; the weights before it in {saved}. "
            "Lower --update.learning-rate, or raise --update.entropy"
        )


def train(config: TrainConfig, console: Console, policy: Policy | None = None) -> int:
    """Run to the end, or to an interrupt, which saves.

    Returns:
        The exit code: 0, or 130 after Ctrl-C.
    """
    with Interrupts() as interrupts:
        trainer: Trainer | None = None
        try:
            trainer = Trainer(config, console, policy)
            trainer.run(interrupts)
            return 0
        except Interrupted as interrupted:
            with interrupts.ignored():
                console.print(f"\n{interrupted}: {_farewell(trainer)}", soft_wrap=True)
            return interrupted.exit_code
        finally:
            if trainer is not None:
                trainer.close()


def _farewell(trainer: Trainer | None) -> str:
    if trainer is None or trainer.log is None:
        return "stopped before the first checkpoint; there is nothing to resume, start again"
    saved = trainer.save()
    return f"saved {saved}\nGo on with: python agents/train_llm.py --resume {trainer.config.run_dir}"
