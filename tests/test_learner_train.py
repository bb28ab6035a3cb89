"""Whole runs: files, resume bit for bit, interrupts, and what a user reads when something is wrong."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gymnasium as gym
import pytest
import torch
from learner_toy import LetterEnv, make_model, make_tokenizer
from rich.console import Console
from transformers import AutoModelForCausalLM

from ftrl_agents import checkpoint, sampling
from ftrl_agents import train as train_module
from ftrl_agents.chat import Chat
from ftrl_agents.config import Credit, EnvConfig, Estimator, EvaluationConfig, RolloutConfig, TrainConfig, UpdateConfig
from ftrl_agents.episode import End, Episode
from ftrl_agents.evaluation import Evaluation
from ftrl_agents.learner import LossNotFinite
from ftrl_agents.policy import Policy, load_policy
from ftrl_agents.sampling import charge_length
from ftrl_agents.train import train
from ftrl_gym.errors import UsageError

TOKENIZER = make_tokenizer()
ENV = "toy/Letters-v0"
QUIET = Console(quiet=True)


@pytest.fixture(scope="module", autouse=True)
def registered() -> Any:
    gym.register(ENV, entry_point=LetterEnv)
    yield
    gym.registry.pop(ENV)


def config(out: Path, **changes: object) -> TrainConfig:
    settings: dict[str, object] = {
        "out": out,
        "name": "run",
        "steps": 4,
        "save_every": 1,
        "threads": 1,
        "env": EnvConfig(id=ENV),
        "rollout": RolloutConfig(tasks=2, group=3, max_turn_tokens=6),
        "update": UpdateConfig(learning_rate=1e-3, mini_batches=2),
        "evaluation": EvaluationConfig(tasks=3, temperatures=[0.0]),
    }
    return TrainConfig.model_validate(settings | changes)


def start(settings: TrainConfig) -> int:
    policy = None if settings.resume else Policy(make_model(TOKENIZER), TOKENIZER)
    return train(settings, QUIET, policy)


def weights(run: Path) -> dict[str, torch.Tensor]:
    folder = checkpoint.latest(run)
    assert folder is not None and folder.name == "step-000004"
    return dict(AutoModelForCausalLM.from_pretrained(folder).state_dict())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, registered: object) -> Path:
    out = tmp_path_factory.mktemp("whole")
    assert start(config(out)) == 0
    return out / "run"


def test_a_run_leaves_everything_behind(whole: Path) -> None:
    records = [json.loads(line) for line in (whole / "metrics.jsonl").read_text().splitlines()]
    assert [record["step"] for record in records] == [1, 2, 3, 4]
    assert all(record["failed"] == 0 and record["mismatch"] < 1e-2 for record in records)
    for name in ("config.json", "report.md", "curves.png", "episodes_before.txt", "episodes_after.txt"):
        assert (whole / name).stat().st_size > 0
    assert list((whole / "tensorboard").iterdir())
    assert TrainConfig.load(whole / "config.json").rollout.group == 3
    first, last = whole / checkpoint.FIRST, checkpoint.latest(whole)
    assert first.exists() and last is not None
    assert any(
        not torch.equal(a, b)
        for a, b in zip(
            AutoModelForCausalLM.from_pretrained(first).parameters(),
            AutoModelForCausalLM.from_pretrained(last).parameters(),
            strict=True,
        )
    )


def test_the_last_checkpoints_and_the_best_are_kept(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = iter([0.3, 0.8, 0.8, 0.5, 0.2])
    original = train_module.judged

    def judged(*arguments: Any, **keywords: Any) -> Evaluation:
        found = original(*arguments, **keywords)
        assert {one.task for one in found.scores} == {"3"}  # the last training task, which is set aside
        score = next(scores)
        return replace(found, scores=tuple(replace(one, f1=score) for one in found.scores))

    monkeypatch.setattr(train_module, "judged", judged)
    looks = EvaluationConfig(tasks=3, temperatures=[0.0], look_every=1, look_tasks=1)
    run = tmp_path / "run"
    assert start(config(tmp_path, evaluation=looks, keep=1)) == 0
    records = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [record["look_f1"] for record in records] == [0.3, 0.8, 0.8, 0.5]
    kept = sorted(path.name for path in (run / "checkpoints").iterdir())
    assert kept == ["step-000000", "step-000002", "step-000004"]
    # A run that goes on knows which one it was.
    assert start(config(tmp_path, resume=run, evaluation=looks, keep=1, steps=5)) == 0
    assert sorted(path.name for path in (run / "checkpoints").iterdir()) == [*kept[:2], "step-000005"]
    with pytest.raises(UsageError, match="would set all 3 training tasks aside"):
        start(config(tmp_path, evaluation=EvaluationConfig(look_every=1)))


class Killed(BaseException):
    """As kill -9: nothing gets a chance to save."""


def die_at(monkeypatch: pytest.MonkeyPatch, step: int, blow: Any) -> None:
    original = sampling.collect

    def collect(*arguments: Any, **keywords: Any) -> Any:
        if keywords["seed"] == step:
            monkeypatch.setattr(sampling, "collect", original)
            blow()
        return original(*arguments, **keywords)

    monkeypatch.setattr(sampling, "collect", collect)


def kill() -> None:
    raise Killed


def test_a_killed_run_resumes_to_the_same_weights(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    die_at(monkeypatch, 2, kill)
    with pytest.raises(Killed):
        start(config(tmp_path, save_every=2))
    # A step behind the checkpoint left its line; it is taken again.
    with (tmp_path / "run" / "metrics.jsonl").open("a") as file:
        file.write('{"step": 3, "reward": 9}\n')
    assert start(config(tmp_path, resume=tmp_path / "run")) == 0
    for name, value in weights(whole).items():
        assert torch.equal(value, weights(tmp_path / "run")[name]), name
    lines = [(run / "metrics.jsonl").read_text().splitlines() for run in (whole, tmp_path / "run")]
    assert [json.loads(line)["loss"] for line in lines[0]] == [json.loads(line)["loss"] for line in lines[1]]


@pytest.mark.parametrize("place", ["trainer.pt", "rename", "old ones"])
def test_a_run_killed_while_it_saves_resumes_to_the_same_weights(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    owner, name = {"trainer.pt": (torch, "save"), "rename": (Path, "rename"), "old ones": (shutil, "rmtree")}[place]
    original = getattr(owner, name)

    def die(*arguments: Any, **keywords: Any) -> Any:
        if place == "trainer.pt":
            arguments[1].write(b"half of it")
        if place != "old ones" or "step-000001" in str(arguments[0]):
            raise Killed
        return original(*arguments, **keywords)

    die_at(monkeypatch, 2, lambda: monkeypatch.setattr(owner, name, die))
    with pytest.raises(Killed):
        start(config(tmp_path))
    monkeypatch.setattr(owner, name, original)
    folder = tmp_path / "run" / "checkpoints"
    assert [path.name for path in folder.glob(".*")] == ([] if place == "old ones" else [".step-000003.tmp"])
    assert start(config(tmp_path, resume=tmp_path / "run")) == 0
    assert all(torch.equal(value, weights(tmp_path / "run")[name]) for name, value in weights(whole).items())
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_an_interrupt_saves_and_resumes(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, code: int
) -> None:
    die_at(monkeypatch, 3, lambda: signal.raise_signal(number))
    console = Console(file=io.StringIO(), width=200)
    assert train(config(tmp_path, save_every=100), console, Policy(make_model(TOKENIZER), TOKENIZER)) == code
    assert f"--resume {tmp_path / 'run'}" in console.file.getvalue()  # type: ignore[attr-defined]
    assert checkpoint.latest(tmp_path / "run").name == "step-000003"  # type: ignore[union-attr]
    assert start(config(tmp_path, resume=tmp_path / "run")) == 0
    assert all(torch.equal(value, weights(tmp_path / "run")[name]) for name, value in weights(whole).items())


@pytest.mark.parametrize("part", ["trainer", "weights", "flush"])
def test_a_full_disk_leaves_the_old_checkpoint_good(whole: Path, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    model, before = make_model(TOKENIZER), checkpoint.latest(whole)

    def full(*arguments: object, **keywords: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    place, name = {"trainer": (torch, "save"), "weights": (model, "save_pretrained"), "flush": (os, "fsync")}[part]
    monkeypatch.setattr(place, name, full)
    with pytest.raises(checkpoint.SaveError, match="untouched"):
        checkpoint.save(whole, 9, model, TOKENIZER, torch.optim.AdamW(model.parameters()).state_dict(), {})
    assert checkpoint.latest(whole) == before
    assert not list((whole / "checkpoints").glob(".*"))


def test_a_full_disk_is_called_so_whatever_the_library_says(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError("unexpected pos 4743552 vs 4743444")

    monkeypatch.setattr(torch, "save", fail)
    model = make_model(TOKENIZER)
    for free, words in ((100, "No space left on device"), (2**30, "unexpected pos")):
        monkeypatch.setattr(shutil, "disk_usage", lambda folder, free=free: SimpleNamespace(free=free))
        with pytest.raises(checkpoint.SaveError, match=words):
            checkpoint.save(whole, 9, model, TOKENIZER, {}, {})


def test_what_breaks_a_step_does_not_cost_the_steps_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory() -> None:
        raise MemoryError

    die_at(monkeypatch, 3, no_memory)
    with pytest.raises(MemoryError):
        start(config(tmp_path, save_every=100))
    assert checkpoint.latest(tmp_path / "run").name == "step-000003"  # type: ignore[union-attr]


def test_a_loss_that_is_not_finite_saves_nothing_and_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **keywords: object) -> None:
        raise LossNotFinite("the loss is nan in mini-batch 2 of 2, tasks 1")

    die_at(monkeypatch, 3, lambda: monkeypatch.setattr(train_module.Learner, "update", fail))
    with pytest.raises(LossNotFinite) as stopped:
        start(config(tmp_path, save_every=2))
    run = tmp_path / "run"
    text = str(stopped.value)
    assert "step 4: the loss is nan in mini-batch 2 of 2" in text and len(text.splitlines()) < 10
    assert f"--resume {run} --update.learning-rate 0.00025" in text and str(run / "checkpoints" / "step-000002") in text
    assert checkpoint.latest(run).name == "step-000002"  # type: ignore[union-attr]
    assert "lower" in text and (run / "episodes_of_step_4.txt").stat().st_size > 0
    monkeypatch.undo()
    slower = UpdateConfig(learning_rate=2.5e-4, mini_batches=2)
    rates: list[float] = []
    monkeypatch.setattr(
        train_module.Trainer,
        "_train",
        lambda self, _: rates.append(self.learner.stepper.optimizer.param_groups[0]["lr"]),
    )
    assert start(config(tmp_path, resume=run, update=slower)) == 0
    assert rates == [2.5e-4]
    assert TrainConfig.load(run / "config.json").update == slower


def test_a_run_interrupted_before_it_began_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "save", lambda *arguments: signal.raise_signal(signal.SIGINT))
    assert start(config(tmp_path)) == 130
    assert list(tmp_path.iterdir()) == []


def test_an_episode_that_the_budget_ended_loses_all_however_short_it_stayed() -> None:
    def episode(end: End, tokens: int) -> Episode:
        return Episode("t", "", 0, 0, [], ids=[0] * tokens, end=end)

    played = [
        episode(End.TOKEN_BUDGET, 60),
        episode(End.ANSWERED, 60),
        episode(End.ANSWERED, 90),
        episode(End.FAILED, 90),
    ]
    charge_length(played, 100, 20)
    assert [one.penalty for one in played] == [1.0, 0.0, 0.5, 0.0]


def test_copies_beside_the_checkpoints_are_left_alone(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "run")
    folder = tmp_path / "run" / "checkpoints"
    (folder / "step-000003").rename(folder / "step-000004-good")
    (folder / "step-000004.zip").write_text("")
    assert checkpoint.latest(tmp_path / "run") == folder / "step-000004"
    assert start(config(tmp_path, resume=tmp_path / "run", steps=6)) == 0
    assert {path.name for path in folder.iterdir()} == {
        "step-000000", "step-000005", "step-000006", "step-000004-good", "step-000004.zip",
    }  # fmt: skip


def test_what_was_scored_before_training_is_played_again_with_the_first_weights(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "run")
    path = tmp_path / "run" / "evaluation_before_0.json"
    before = Evaluation.load(path)
    assert before.transcripts != Evaluation.load(path.with_name("evaluation_after_0.json")).transcripts
    path.write_text("")  # as a disk leaves a file that lost its power
    with pytest.raises(UsageError, match=r"evaluation_before_0.json is broken .*Delete it"):
        start(config(tmp_path, resume=tmp_path / "run"))
    path.unlink()
    assert start(config(tmp_path, resume=tmp_path / "run")) == 0
    assert Evaluation.load(path) == before


@pytest.mark.parametrize("content", [b"", None, b"no"])
def test_a_checkpoint_that_cannot_be_read_is_named(whole: Path, tmp_path: Path, content: bytes | None) -> None:
    shutil.copytree(whole, tmp_path / "run")
    file = tmp_path / "run" / "checkpoints" / "step-000004" / "trainer.pt"
    if content is None:
        torch.save(["no state"], file)
    else:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=r"step-000004 cannot be resumed: \S.*Delete this folder"):
        start(config(tmp_path, resume=tmp_path / "run"))


def test_a_taken_name_gets_a_number(tmp_path: Path) -> None:
    for _ in range(3):
        start(config(tmp_path, steps=1, minutes=1e-9))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "run-2", "run-3"]


def test_mistakes_of_a_user_are_told_in_words(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="--out"):
        start(config(tmp_path / "file"))
    with pytest.raises(UsageError, match="is no folder"):
        start(config(tmp_path, resume=tmp_path / "nothing"))
    with pytest.raises(UsageError, match="save_pretrained"):
        load_policy(tmp_path / "nothing")
    with pytest.raises(UsageError, match=r"unknown environment.*Known"):
        start(config(tmp_path, env=EnvConfig(id="ftrl/Travel-v0")))
    broken = json.loads((whole / "config.json").read_text()) | {"stepz": 3}
    (tmp_path / "config.json").write_text(json.dumps(broken))
    with pytest.raises(UsageError, match="stepz"):
        TrainConfig.load(tmp_path / "config.json")
    with pytest.raises(UsageError, match="without a value head, and estimator gae wants it with one"):
        start(config(whole.parent, resume=whole, update=UpdateConfig(estimator=Estimator.GAE, credit=Credit.TOKEN)))


def test_templates_that_cannot_do_it_are_refused() -> None:
    plain = make_tokenizer()
    plain.chat_template = None
    with pytest.raises(UsageError, match="no chat template"):
        Chat(plain)
    plain.chat_template = (
        "{% for m in messages if m.role != 'tool' %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>{% endif %}"
    )
    with pytest.raises(UsageError, match="drops tool results"):
        Chat(plain)
    plain.chat_template = plain.chat_template.replace(" if m.role != 'tool'", "")
    Chat(plain)
    with pytest.raises(UsageError, match="ignores tools"):
        Chat(plain, tools=True)
    plain.chat_template = "{% for m in messages %}{{ m.content }} ~ {% endfor %}"
    with pytest.raises(UsageError, match="special token"):
        Chat(plain)
    plain.chat_template = "{% for m in messages %}{% if m.role == 'tool' %}{{ raise_exception('no tools') }}{% endif %}{{ m.content }}<|im_end|>{% endfor %}"  # noqa: E501
    with pytest.raises(UsageError, match="refuses"):
        Chat(plain)
