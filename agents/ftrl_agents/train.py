"""The training loop: policy -> rollout -> advantage -> loss -> update, with what makes it survive."""

from __future__ import annotations

import copy
import shlex
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, get_args

import torch
from rich.console import Console
from transformers import PreTrainedModel

from ftrl_agents import checkpoint
from ftrl_agents.adapter import add_adapter
from ftrl_agents.config import BestBy, TrainConfig, sampled_from_a_copy
from ftrl_agents.envs import task_ids
from ftrl_agents.episode import Episode, grouped
from ftrl_agents.evaluation import Evaluation
from ftrl_agents.first_policy import policy_to_begin_with
from ftrl_agents.interrupt import Interrupted, Interrupts
from ftrl_agents.learner import Learner, LossNotFinite
from ftrl_agents.metrics import MetricsLog, NoLog, describe
from ftrl_agents.policy import Policy, load_policy
from ftrl_agents.processes import Processes, launched
from ftrl_agents.report import write_report, write_sample
from ftrl_agents.run import all_evaluated, env_of, evaluations, forget_evaluations, judged, progress_bar, set_aside
from ftrl_agents.run_folder import CONFIG, check_resumable, locked, new_run
from ftrl_agents.sampling import START, EpisodeSource, open_source
from ftrl_agents.schedule import share_of_rate
from ftrl_agents.sharding import shards
from ftrl_agents.trackers import open_trackers
from ftrl_agents.watch import warnings
from ftrl_agents.writer import Writer
from ftrl_gym.errors import FtrlGymError, UsageError


class Trainer:
    """A run between two of its steps.

    Args:
        config: Its folder exists.
        console: For progress.
        policy: The weights at ``start``.
        start: The checkpoint to go on from; None for a new run, which saves its first one here.
        processes: Of the run. Each holds the same trainer; the main one writes.
    """

    def __init__(
        self, config: TrainConfig, console: Console, policy: Policy, start: Path | None, processes: Processes
    ) -> None:
        self.config, self.console, self.policy, self.processes = config, console, policy, processes
        self.make_train, self.make_test = env_of(config, "train"), env_of(config, "test")
        self.train_ids, self.look_ids = set_aside(task_ids(self.make_train), config.evaluation)
        self.best: tuple[int, float] | None = None
        """Step and score of the checkpoint that was best on tasks set aside."""
        trained = self._trained(start)
        self.learner = Learner(trained, config.update, config.rollout.temperature, processes.accelerator)
        self.step, self.cursor, self.elapsed = 0, START, 0.0
        self._saved: Path | None = start
        self.log: MetricsLog | NoLog = NoLog()
        self.source: EpisodeSource | None = None
        self.records, self._warned = list[dict[str, Any]](), set[str]()
        processes.alone(self._begin)
        try:
            self.save()
            self.writer = self._writer()
            self.source = open_source(
                config, policy, self.make_train, self.train_ids, config.rollout.source, processes, self.writer
            )
            if config.update.kl:
                first = None if config.lora.rank else load_policy(config.run_dir / checkpoint.FIRST).model
                self.learner.set_reference(first)
        except BaseException:
            self.close()
            raise

    def _trained(self, start: Path | None) -> PreTrainedModel:
        """What the learner trains: the policy itself, or something of which the policy is a copy to sample with."""
        config, model, accelerator = self.config, self.policy.model, self.processes.accelerator
        model.to(accelerator.device)
        if not sampled_from_a_copy(config, shards(accelerator)):
            return model
        first = config.run_dir / checkpoint.FIRST
        trained = copy.deepcopy(model) if start is None or not config.lora.rank else load_policy(first).model
        if config.lora.rank:
            add_adapter(trained, config.lora, config.seed)
        if config.update.precision == "bfloat16":
            for weight in model.parameters():  # buffers, such as the angles of positions, need their precision
                weight.data = weight.data.to(torch.bfloat16)
        return trained

    def _writer(self) -> Writer | None:
        """What samples in place of the policy's own model, if that is wished."""
        if self.config.rollout.engine != "vllm":
            return None
        from ftrl_agents.vllm_writer import VllmWriter

        return VllmWriter(self.policy.model, self.config.run_dir / checkpoint.FIRST, self.config)

    def _begin(self) -> None:
        """Takes up where the run stopped, and opens its log."""
        config, position = self.config, 0
        if self._saved is not None:
            cursor = checkpoint.load_cursor(self._saved, self.learner.stepper.load_state, self.learner.load_heads)
            self.step, self.cursor, self.elapsed = cursor["step"], tuple(cursor["cursor"]), cursor["elapsed"]
            position, best = cursor["metrics"], cursor.get("best")  # which runs of before looks have not
            self.best = best and (int(best[0]), float(best[1]))
        if self.processes.is_main:
            self.log = MetricsLog(config.run_dir, position, self.step, open_trackers(config))
            self.records = self.log.records()
        if self._saved is not None:
            self.console.print(f"going on with {config.run_dir} after step {self.step}")

    def run(self, interrupts: Interrupts) -> Path:
        """Everything that is left, in order; the path of the report."""
        config = self.config
        test_ids = task_ids(self.make_test)[: config.evaluation.tasks]
        before = self._evaluations(test_ids, "before")
        if not self._over():
            self.processes.by_main(lambda: forget_evaluations(config, "after"))
        self._train(interrupts)
        after = self._evaluations(test_ids, "after")
        title = f"{config.env.id}: {self.step} updates"
        if self.best:
            best = config.run_dir / "checkpoints" / checkpoint.folder_name(self.best[0])
            self.console.print(f"best {config.evaluation.best} on tasks set aside, {self.best[1]:.3f}: {best}")
        return self.processes.by_main(
            lambda: write_report(config.run_dir, before, after, self.log.records(), title=title)
        )

    def save(self) -> Path:
        """A checkpoint of the last completed step, if there is none yet."""
        if self._saved is not None and self._saved.name == checkpoint.folder_name(self.step):
            return self._saved
        optimizer, heads = self.learner.stepper.state(), self.learner.heads()
        weights = self.learner.whole_weights() if self.config.update.precision == "bfloat16" else None

        def save() -> Path:
            cursor = {
                "step": self.step,
                "cursor": list(self.cursor),
                "elapsed": self.elapsed,
                "metrics": self.log.position(),
                "best": self.best and list(self.best),
            }
            return checkpoint.save(
                self.config.run_dir, self.step, *self.policy, optimizer, cursor, heads, weights, self.config.keep,
                self.best and self.best[0],
            )  # fmt: skip

        self._saved = self.processes.by_main(save)
        return self._saved

    def close(self) -> None:
        """Environments and files."""
        if self.source is not None:
            self.source.close()
        self.log.close()

    def _evaluations(self, ids: list[str], when: str) -> list[Evaluation]:
        policy, writer = self.policy, self.writer
        if when == "before" and self.step and not self.processes.by_main(lambda: all_evaluated(self.config, when)):
            # What was played with it is gone, and the present one is another.
            policy, writer = self._first_policy(), None
        return evaluations(self.config, policy, self.make_test, ids, when, self.console, self.processes, writer)

    def _first_policy(self) -> Policy:
        """The policy before training, where and as the present one is."""
        first = load_policy(self.config.run_dir / checkpoint.FIRST)
        first.model.to(self.policy.model.device)
        for weight, present in zip(first.model.parameters(), self.policy.model.parameters(), strict=True):
            weight.data = weight.data.to(present.dtype)
        return first

    def _over(self) -> bool:
        return self.step >= self.config.steps or self.elapsed >= 60 * self.config.minutes

    def _train(self, interrupts: Interrupts) -> None:
        config = self.config
        with progress_bar(self.console) as progress:
            name = config.recipe or config.update.estimator
            bar = progress.add_task(name, total=1.0, note="")
            while not self._over():
                record = self._step(interrupts)
                note = "return {reward:.3f}  F1 {f1:.3f}  right {outcome:.3f}".format(**record)
                done = max(self.step / config.steps, self.elapsed / (60 * config.minutes))
                progress.update(bar, completed=done, description=f"{name} step {self.step}", note=note)
                self._warn()
                if self.step % config.save_every == 0 and not self.console.is_terminal:
                    self.console.print(f"step {self.step}: {note}")

    def _step(self, interrupts: Interrupts) -> dict[str, Any]:
        """Plays and learns once; what it reports of itself."""
        begun = time.monotonic()
        with self._rescued():
            assert self.source is not None
            episodes, kept, cursor = self.source.step(self.step, self.cursor)
        sampled = time.monotonic()
        with interrupts.deferred():
            try:
                with self._rescued(alone=True):
                    stats = self.learner.update(self._own(kept), self.config.seed + self.step, self._share_of_rate())
            except LossNotFinite as error:
                raise self._stopped(error, episodes) from None
            self.learner.hand_over(self.policy.model)
            if self.writer is not None:
                self.writer.refresh()
            self.step, self.cursor = self.step + 1, cursor
            updated = time.monotonic()
            looked = self._look()

            def told() -> tuple[float, dict[str, Any]]:
                record = describe(episodes, stats, sampled - begun, updated - sampled)
                elapsed = self.elapsed + time.monotonic() - begun
                record |= {"step": self.step, "minutes": elapsed / 60, **looked}
                self.log.add(record)
                self.records.append(record)
                return elapsed, record

            self.elapsed, record = self.processes.by_main(told)
            if self.best and self.best[0] == self.step:
                self.save()
            if self.step % self.config.save_every == 0 or self._over():
                self.save()
                self.processes.by_main(lambda: write_sample(self.config.run_dir, self.step, episodes))
        return record

    def _look(self) -> dict[str, float]:
        """Scores on the tasks set aside, where a look is due; says whether they are the best so far."""
        wanted = self.config.evaluation
        if not wanted.look_every or self.step % wanted.look_every:
            return {}
        found = judged(
            self.config, self.policy, self.make_train, self.look_ids, wanted.temperatures[0], self.processes,
            writer=self.writer,
        )  # fmt: skip
        scores = {name: found.interval(name).mean for name in get_args(BestBy)}
        if self.best is None or scores[wanted.best] > self.best[1]:
            self.best = self.step, scores[wanted.best]
        return {f"look_{name}": value for name, value in scores.items()}

    def _own(self, episodes: list[Episode]) -> list[Episode]:
        """Those that this process computes the gradient of: every so many-th group."""
        groups = grouped(episodes)
        return [episode for number in self.processes.own(len(groups)) for episode in groups[number]]

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
    def _rescued(self, alone: bool = False) -> Iterator[None]:
        """What breaks a step (memory, an environment) does not cost the steps before it.

        Args:
            alone: Whether it may break in one of several processes only. Then nothing is saved: that takes all of them.
        """
        try:
            yield
        except LossNotFinite:
            # Weights that blow up are finite for a while. Saving them would push out a checkpoint that is still good.
            raise
        except Exception:
            if not (self.learner.midway or (alone and self.processes.count > 1)):
                self.console.print(f"saved {self.save()}", soft_wrap=True)
            raise

    def _stopped(self, error: LossNotFinite, episodes: list[Episode]) -> FtrlGymError:
        config, good = self.config, checkpoint.latest(self.config.run_dir)
        path = config.run_dir / f"episodes_of_step_{self.step + 1}.txt"
        if self.processes.is_main:
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
    """Run to the end, or to an interrupt, which saves. In each of the processes that ``accelerate launch`` started.

    Args:
        config: With ``resume`` set, the run in that folder goes on with these settings; take them from
            :func:`ftrl_agents.run_folder.stored`, and change what shall change.
        console: For progress.
        policy: Where to start instead of ``config.model``.

    Returns:
        The exit code: 0, or 130 after Ctrl-C; 1 where the main process tells what went wrong.

    Raises:
        UsageError: Something in the configuration cannot be.
    """
    accelerator = launched()
    if not accelerator.is_main_process:
        console = Console(quiet=True)

    def notice() -> None:
        console.print("stopping as soon as all is in a state to be saved, which may take a while; then saving")

    with Interrupts(notice, patient=accelerator.num_processes > 1) as interrupts:
        processes = Processes(accelerator, interrupts)
        try:
            return _to_its_end(config, console, policy, processes, interrupts)
        finally:
            processes.end()


def _to_its_end(
    config: TrainConfig, console: Console, policy: Policy | None, processes: Processes, interrupts: Interrupts
) -> int:
    """The run; what it held of the processes' group goes with this call."""
    trainer: Trainer | None = None
    with ExitStack() as held:
        try:
            trainer = held.enter_context(closing(_open(config, console, policy, held, processes)))
            trainer.run(interrupts)
            return 0
        except Interrupted as interrupted:
            with interrupts.ignored():
                console.print(f"\n{interrupted}: {_farewell(trainer, config)}", soft_wrap=True)
            return interrupted.exit_code
        except FtrlGymError:
            if processes.is_main:
                raise
            return 1


def _open(
    config: TrainConfig, console: Console, policy: Policy | None, held: ExitStack, processes: Processes
) -> Trainer:
    """Check what can be checked before anything is written, then load the policy.

    Args:
        held: Is given the lock of the run's folder.
    """
    if config.rollout.engine == "vllm" and processes.count > 1:
        raise UsageError(
            f"--rollout.engine vllm serves one training process, and {processes.count} were launched. Start one, or "
            "leave the engine out"
        )
    changes = check_resumable(config) if config.resume else []
    torch.set_num_threads(config.threads)
    env_of(config, "test")
    if not set_aside(task_ids(env_of(config, "train")), config.evaluation)[0]:
        raise UsageError("no training task is left: loosen --env.kinds or --env.difficulty")
    if config.resume:
        processes.by_main(lambda: held.enter_context(locked(config.run_dir)))
    start = processes.by_main(lambda: checkpoint.latest(config.run_dir)) if config.resume else None
    begun = processes.alone(lambda: policy_to_begin_with(config, policy, start, console, processes))
    if config.resume:
        trainer = Trainer(config, console, begun, start, processes)
        if changes:
            console.print(f"from now on: {', '.join(changes)}")
            processes.by_main(lambda: config.model_copy(update={"resume": None}).save(config.run_dir / CONFIG))
        return trainer
    with ExitStack() as claim:
        config = processes.by_main(lambda: claim.enter_context(new_run(config, console)))
        processes.by_main(lambda: held.enter_context(locked(config.run_dir)))
        return Trainer(config, console, begun, start, processes)


def _farewell(trainer: Trainer | None, config: TrainConfig) -> str:
    if trainer is not None:
        return f"saved {trainer.save()}\nGo on with: {_command(trainer.config.run_dir)}"
    if config.resume:
        return f"stopped before anything changed. Go on with: {_command(config.resume)}"
    return "stopped before training began; nothing was written. Start again with the same command"


def _command(run_dir: Path) -> str:
    return f"python agents/train_llm.py --resume {shlex.quote(str(run_dir))}"
