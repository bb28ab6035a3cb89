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
    """A run between two of its steps.

    Args:
        config: Its folder exists.
        console: For progress.
        policy: The weights at ``start``.
        start: The checkpoint to go on from; None for a new run, which saves its first one here.
    """

    def __init__(self, config: TrainConfig, console: Console, policy: Policy, start: Path | None) -> None:
        self.config, self.console, self.policy = config, console, policy
        self.make_train, self.make_test = env_factory(config, "train"), env_factory(config, "test")
        self.train_ids = task_ids(self.make_train)
        self.pool = EnvPool()
        self.learner = Learner(policy.model, config.update, config.rollout.temperature)
        self.step, self.elapsed = 0, 0.0
        if start is None:
            self.log = MetricsLog(config.run_dir)
            self.save()
        else:
            cursor = checkpoint.load_cursor(start, self.learner.optimizer)
            self.step, self.elapsed = cursor["step"], cursor["elapsed"]
            self.log = MetricsLog(config.run_dir, cursor["metrics"], self.step)
            console.print(f"going on with {config.run_dir} after step {self.step}")
        if config.update.kl:
            self.learner.set_reference(load_policy(config.run_dir / checkpoint.FIRST).model)

    def run(self, interrupts: Interrupts) -> Path:
        """Everything that is left, in order; the path of the report."""
        config, policy, console = self.config, self.policy, self.console
        test_ids = task_ids(self.make_test)[: config.evaluation.tasks]
        before = evaluations(config, policy, self.make_test, test_ids, "before", console)
        if not self._over():
            forget_evaluations(config, "after")
        self._train(interrupts)
        after = evaluations(config, policy, self.make_test, test_ids, "after", console)
        title = f"{config.env.id}: {self.step} updates"
        return write_report(config.run_dir, before, after, self.log.records(), title=title)

    def save(self) -> Path:
        """A checkpoint of the last completed step."""
        cursor = {"step": self.step, "elapsed": self.elapsed, "metrics": self.log.position()}
        return checkpoint.save(self.config.run_dir, self.step, *self.policy, self.learner.optimizer, cursor)

    def close(self) -> None:
        """Environments and files."""
        self.pool.close()
        self.log.close()

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

    Args:
        config: With ``resume`` set, the run in that folder goes on with its own settings.
        console: For progress.
        policy: Where to start instead of ``config.model``.

    Returns:
        The exit code: 0, or 130 after Ctrl-C.

    Raises:
        UsageError: Something in the configuration cannot be.
    """
    trainer: Trainer | None = None
    with Interrupts() as interrupts:
        try:
            trainer = _open(config, console, policy)
            trainer.run(interrupts)
            return 0
        except Interrupted as interrupted:
            with interrupts.ignored():
                console.print(f"\n{interrupted}: {_farewell(trainer)}", soft_wrap=True)
            return interrupted.exit_code
        finally:
            if trainer is not None:
                trainer.close()


def _open(config: TrainConfig, console: Console, policy: Policy | None) -> Trainer:
    """Check what can be checked before anything is written, then load or warm up the policy."""
    if config.resume:
        config = resumed(config)
    torch.set_num_threads(config.threads)
    make = env_factory(config, "train")
    ids = task_ids(make)
    if not ids:
        raise UsageError("no training task is left: loosen --env.kinds or --env.difficulty")
    start = checkpoint.latest(config.run_dir) if config.resume else None
    if start or policy is None:
        policy, cold = load_policy(start or config.model), not (start or config.model)
    else:
        cold = False
    Chat(policy.tokenizer, tools=config.env.docs == "json")
    if not config.resume:
        config = prepare_folder(config, console)
    if cold:
        from ftrl_agents.demonstrations import warm_up

        with progress_bar(console) as progress:
            bar = progress.add_task("warm-up on demonstrations", total=1.0, note="")
            warm_up(
                policy.model,
                policy.tokenizer,
                make,
                ids,
                seed=config.seed,
                on_progress=lambda share: progress.update(bar, completed=share),
            )
    return Trainer(config, console, policy, start)


def _farewell(trainer: Trainer | None) -> str:
    if trainer is None:
        return "stopped before the first checkpoint; there is nothing to resume, start again"
    return f"saved {trainer.save()}\nGo on with: python agents/train_llm.py --resume {trainer.config.run_dir}"
