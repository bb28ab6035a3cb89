"""The training loop: policy -> rollout -> advantage -> loss -> update, with what makes it survive."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from rich.console import Console

from ftrl_agents import checkpoint, memory
from ftrl_agents.chat import Chat
from ftrl_agents.config import TrainConfig
from ftrl_agents.envs import EnvFactory, task_ids
from ftrl_agents.episode import Episode
from ftrl_agents.interrupt import Interrupted, Interrupts
from ftrl_agents.learner import Learner, LossNotFinite
from ftrl_agents.metrics import MetricsLog, describe
from ftrl_agents.policy import Policy, load_policy
from ftrl_agents.report import write_report, write_sample
from ftrl_agents.run import env_of, evaluations, forget_evaluations, progress_bar
from ftrl_agents.run_folder import CONFIG, check_resumable, locked, new_run
from ftrl_agents.sampling import START, open_source
from ftrl_agents.schedule import share_of_rate
from ftrl_agents.slot_attention import slot_attention
from ftrl_agents.trackers import open_trackers
from ftrl_agents.watch import warnings
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
        self.make_train, self.make_test = env_of(config, "train"), env_of(config, "test")
        self.train_ids = task_ids(self.make_train)
        self.source = open_source(config, policy, self.make_train, self.train_ids, config.rollout.source)
        self.learner = Learner(policy.model, config.update, config.rollout.temperature)
        self.step, self.cursor, self.elapsed = 0, START, 0.0
        self._saved: Path | None = start
        trackers = open_trackers(config)
        if start is None:
            self.log = MetricsLog(config.run_dir, trackers=trackers)
        else:
            cursor, heads = checkpoint.load_cursor(start, self.learner.optimizer)
            self.learner.load_heads(heads)
            self.step, self.cursor, self.elapsed = cursor["step"], tuple(cursor["cursor"]), cursor["elapsed"]
            self.log = MetricsLog(config.run_dir, cursor["metrics"], self.step, trackers)
            console.print(f"going on with {config.run_dir} after step {self.step}")
        self.records, self._warned = self.log.records(), set[str]()
        try:
            self.save()
            if config.update.kl:
                self.learner.set_reference(load_policy(config.run_dir / checkpoint.FIRST).model)
        except BaseException:
            self.close()
            raise

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
        """A checkpoint of the last completed step, if there is none yet."""
        if self._saved is not None and self._saved.name == checkpoint.folder_name(self.step):
            return self._saved
        cursor = {
            "step": self.step,
            "cursor": list(self.cursor),
            "elapsed": self.elapsed,
            "metrics": self.log.position(),
        }
        self._saved = checkpoint.save(
            self.config.run_dir, self.step, *self.policy, self.learner.optimizer, cursor, self.learner.heads()
        )
        return self._saved

    def close(self) -> None:
        """Environments and files."""
        self.source.close()
        self.log.close()

    def _over(self) -> bool:
        return self.step >= self.config.steps or self.elapsed >= 60 * self.config.minutes

    def _train(self, interrupts: Interrupts) -> None:
        config = self.config
        with progress_bar(self.console) as progress:
            bar = progress.add_task("GRPO", total=1.0, note="")
            while not self._over():
                begun = time.monotonic()
                with self._rescued():
                    episodes, kept, cursor = self.source.step(self.step, self.cursor)
                sampled = time.monotonic()
                with interrupts.deferred():
                    try:
                        with self._rescued():
                            stats = self.learner.update(kept, config.seed + self.step, self._share_of_rate())
                    except LossNotFinite as error:
                        raise self._stopped(error, episodes) from None
                    self.step, self.cursor = self.step + 1, cursor
                    updated = time.monotonic()
                    record = describe(episodes, stats, sampled - begun, updated - sampled)
                    self.elapsed += time.monotonic() - begun
                    record |= {"step": self.step, "minutes": self.elapsed / 60}
                    self.log.add(record)
                    self.records.append(record)
                    if self.step % config.save_every == 0 or self._over():
                        self.save()
                        write_sample(config.run_dir, self.step, episodes)
                note = "return {reward:.3f}  F1 {f1:.3f}  right {outcome:.3f}".format(**record)
                done = max(self.step / config.steps, self.elapsed / (60 * config.minutes))
                progress.update(bar, completed=done, description=f"GRPO step {self.step}", note=note)
                self._warn()
                if self.step % config.save_every == 0 and not self.console.is_terminal:
                    self.console.print(f"step {self.step}: {note}")

    def _warn(self) -> None:
        """Says what begins to go wrong, once."""
        found = warnings(self.records)
        for name in found.keys() - self._warned:
            self.console.print(f"[yellow]step {self.step}: {found[name]}[/yellow]", soft_wrap=True)
        self._warned = set(found)

    def _share_of_rate(self) -> float:
        update = self.config.update
        return share_of_rate(update.schedule, self.step, self.config.steps, update.warm_up)

    @contextmanager
    def _rescued(self) -> Iterator[None]:
        """What breaks a step (memory, an environment) does not cost the steps before it."""
        try:
            yield
        except LossNotFinite:
            # Weights that blow up are finite for a while. Saving them would push out a checkpoint that is still good.
            raise
        except Exception:
            if not self.learner.midway:
                self.console.print(f"saved {self.save()}", soft_wrap=True)
            raise

    def _stopped(self, error: LossNotFinite, episodes: list[Episode]) -> FtrlGymError:
        config, good = self.config, checkpoint.latest(self.config.run_dir)
        path = config.run_dir / f"episodes_of_step_{self.step + 1}.txt"
        text = "\n\n".join(episode.transcript() for episode in episodes)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
        return LossNotFinite(
            f"step {self.step + 1}: {error}. Most likely the learning rate ({config.update.learning_rate:g}) is too "
            f"high: entropy and grad_norm in {config.run_dir / 'metrics.jsonl'} show since when. The last good "
            f"weights are in {good}; go on from them with a lower one:\n"
            f"  {_command(config.run_dir)} --update.learning-rate {config.update.learning_rate / 4:g}\n"
            f"If it happens there too, its weights are spoilt already: delete {good} and go on from the checkpoint "
            f"before it, or start again. The episodes of this step are in {path}"
        )


def train(config: TrainConfig, console: Console, policy: Policy | None = None) -> int:
    """Run to the end, or to an interrupt, which saves.

    Args:
        config: With ``resume`` set, the run in that folder goes on with these settings; take them from
            :func:`ftrl_agents.run_folder.stored`, and change what shall change.
        console: For progress.
        policy: Where to start instead of ``config.model``.

    Returns:
        The exit code: 0, or 130 after Ctrl-C.

    Raises:
        UsageError: Something in the configuration cannot be.
    """
    trainer: Trainer | None = None

    def notice() -> None:
        console.print("stopping after this update, which may take a while; then saving")

    with Interrupts(notice) as interrupts, ExitStack() as held:
        try:
            trainer = held.enter_context(closing(_open(config, console, policy, held)))
            trainer.run(interrupts)
            return 0
        except Interrupted as interrupted:
            with interrupts.ignored():
                console.print(f"\n{interrupted}: {_farewell(trainer, config)}", soft_wrap=True)
            return interrupted.exit_code


def _open(config: TrainConfig, console: Console, policy: Policy | None, held: ExitStack) -> Trainer:
    """Check what can be checked before anything is written, then load or warm up the policy.

    Args:
        held: Is given the lock of the run's folder.
    """
    processes = Accelerator().num_processes
    if processes > 1:
        raise UsageError(
            f"{processes} processes were launched, and each would play the same tasks: the learner takes several, the "
            "training loop does not yet. Start it without accelerate launch"
        )
    changes = check_resumable(config) if config.resume else []
    torch.set_num_threads(config.threads)
    make = env_of(config, "train")
    env_of(config, "test")
    ids = task_ids(make)
    if not ids:
        raise UsageError("no training task is left: loosen --env.kinds or --env.difficulty")
    if config.resume:
        held.enter_context(locked(config.run_dir))
    start = checkpoint.latest(config.run_dir) if config.resume else None
    if start or policy is None:
        policy, cold = load_policy(start or config.model), not (start or config.model)
    else:
        cold = False
    Chat(policy.tokenizer, tools=config.env.docs == "json")
    with slot_attention(policy.model):
        pass  # refuses a model that cannot be sampled
    needed = memory.check(memory.Shape.of(policy.model), config, memory.free_memory(policy.model, Accelerator().device))
    console.print(f"memory:\n{needed.table()}")
    if config.resume:
        if cold:
            _warm_up(config, console, policy, make, ids)
        trainer = Trainer(config, console, policy, start)
        if changes:
            console.print(f"from now on: {', '.join(changes)}")
            config.model_copy(update={"resume": None}).save(config.run_dir / CONFIG)
        return trainer
    with new_run(config, console) as config:
        held.enter_context(locked(config.run_dir))
        if cold:
            _warm_up(config, console, policy, make, ids)
        return Trainer(config, console, policy, start)


def _warm_up(config: TrainConfig, console: Console, policy: Policy, make: EnvFactory, ids: list[str]) -> None:
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


def _farewell(trainer: Trainer | None, config: TrainConfig) -> str:
    if trainer is not None:
        return f"saved {trainer.save()}\nGo on with: {_command(trainer.config.run_dir)}"
    if config.resume:
        return f"stopped before anything changed. Go on with: {_command(config.resume)}"
    return "stopped before training began; nothing was written. Start again with the same command"


def _command(run_dir: Path) -> str:
    return f"python agents/train_llm.py --resume {shlex.quote(str(run_dir))}"
