"""Where a step's episodes come from: refilled groups, the paper's prefixes, recipes by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import train_llm
from learner_toy import LetterEnv, make_model, make_tokenizer

from ftrl_agents import train as train_module
from ftrl_agents.base_model import load_base
from ftrl_agents.config import EnvConfig, Recipe, RolloutConfig, Source, TrainConfig, UpdateConfig
from ftrl_agents.envs import task_ids
from ftrl_agents.episode import has_signal
from ftrl_agents.policy import Policy
from ftrl_agents.prefixes import SAID, prefix_file, read_prefixes
from ftrl_agents.recipes import UPDATES, with_recipe
from ftrl_agents.run import env_of
from ftrl_agents.sampling import START, open_source
from ftrl_gym.errors import FtrlGymError, UsageError

TOKENIZER = make_tokenizer()


class SilentEnv(LetterEnv):
    """Pays nothing in task 1."""

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        observation, reward, terminated, truncated, info = super().step(action)
        return observation, 0.0 if self.turns == "1" else reward, terminated, truncated, info


def settings(**rollout: object) -> TrainConfig:
    sizes: dict[str, object] = {"tasks": 2, "group": 3, "max_turn_tokens": 6}
    return TrainConfig(rollout=RolloutConfig.model_validate(sizes | rollout), update=UpdateConfig(overlong_tokens=0))


def test_groups_without_signal_are_replaced_by_other_tasks() -> None:
    policy = Policy(make_model(TOKENIZER), TOKENIZER)
    plain, refilled = (
        open_source(settings(refills=refills), policy, SilentEnv, ["1", "2"], Source.LIVE).step(0, START)
        for refills in (0, 4)
    )
    assert {episode.task for episode in plain.played} == {"1", "2"}
    assert plain.kept == plain.played and plain.cursor == (0, 2)
    assert {episode.task for episode in refilled.kept} == {"2"}
    assert len(refilled.kept) == 6 and refilled.cursor[1] > 2
    groups = {episode.group for episode in refilled.kept}
    assert all(has_signal([one for one in refilled.kept if one.group == group]) for group in groups)
    # What the first round played does not depend on there being others.
    assert [one.ids for one in refilled.played[:6]] == [one.ids for one in plain.played]


def test_without_any_signal_a_step_still_ends() -> None:
    policy = Policy(make_model(TOKENIZER), TOKENIZER)
    sampled = open_source(settings(refills=2), policy, SilentEnv, ["1"], Source.LIVE).step(0, START)
    assert sampled.kept == sampled.played and sampled.cursor == (0, 6)


def test_a_step_in_which_everything_fails_is_an_error() -> None:
    policy = Policy(make_model(TOKENIZER), TOKENIZER)
    source = open_source(settings(), policy, lambda: LetterEnv(raises_at=1), ["1"], Source.LIVE)
    with pytest.raises(FtrlGymError, match="every episode of step 1 failed"):
        source.step(0, START)


def test_the_papers_prefixes(tmp_path: Path) -> None:
    config = TrainConfig(
        out=tmp_path,
        name="run",
        env=EnvConfig(reward="solve_f1", matching="ftrl", difficulty=0.2),
        rollout=RolloutConfig(source=Source.PREFIXES, trajectories=3, tasks=2, group=2, max_turn_tokens=48),
    )
    config.run_dir.mkdir()
    policy, make = Policy(*load_base()), env_of(config, "train")
    source = open_source(config, policy, make, task_ids(make), config.rollout.source)
    first = source.step(0, START)
    rows = [json.loads(line) for line in prefix_file(config.run_dir, 0).read_text(encoding="utf-8").splitlines()]
    assert {len(row[SAID]) for row in rows} >= {0, 1}
    for row in rows:
        assert {"messages", "tools", "codes", "unsolved_set", "solve_rate", "data_source", "split", "answer"} <= set(
            row
        )
        assert sum(message["role"] == "assistant" for message in row["messages"]) == len(row[SAID])
        left = sum(map(len, json.loads(row["unsolved_set"]).values()))
        start = next(one for one in rows if one["task"] == row["task"] and not one[SAID])
        total = sum(map(len, json.loads(start["unsolved_set"]).values()))
        assert row["solve_rate"] == pytest.approx(1 - left / total)
    assert all(len(episode.turns) == 1 for episode in first.played)
    assert len(first.played) == 4
    places = {(one.task, one.said) for one in read_prefixes(prefix_file(config.run_dir, 0))}
    assert len(places) == len(rows)
    assert first.cursor == (0, 2)
    # A run that was interrupted goes on from the file: the same prefixes, whatever the weights are by then.
    again = open_source(config, Policy(*load_base()), make, task_ids(make), Source.PREFIXES).step(1, first.cursor)
    assert [one.ids for one in again.played] == [one.ids for one in source.step(1, first.cursor).played]


def test_a_recipe_is_a_default_that_flags_change(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[TrainConfig] = []
    monkeypatch.setattr(train_module, "train", lambda config, console: seen.append(config) or 0)
    assert train_llm.main(["--recipe", "gspo", "--update.clip-high", "0.1", "--seed", "3"]) == 0
    assert seen[0].recipe == "gspo" and seen[0].seed == 3
    assert seen[0].update.surrogate == "gspo"
    assert seen[0].update.clip_low == 3e-4 and seen[0].update.clip_high == 0.1


@pytest.mark.parametrize("recipe", Recipe)
def test_every_recipe_is_a_valid_configuration(recipe: Recipe) -> None:
    config = with_recipe(TrainConfig(), recipe)
    assert TrainConfig.model_validate_json(config.model_dump_json()) == config
    for name, value in UPDATES[recipe].items():
        assert getattr(config.update, name) == value


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--update.kl", "0.1", "--update.kl-estimator", "k1"], "k2 or k3"),
        (["--update.estimator", "gae", "--update.credit", "turn"], "leave credit out"),
        (["--recipe", "rloo", "--update.credit", "turn"], "one advantage"),
        (["--recipe", "ppo", "--update.surrogate", "sequence"], "one advantage"),
        (["--recipe", "ftrl", "--rollout.refills", "2"], "leave one of them out"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(
    flags: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        train_llm.main(flags)
    assert stopped.value.code == 2
    assert words in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_an_unknown_recipe_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        train_llm.main(["--recipe", "grop"])
    assert stopped.value.code == 2
    assert "reinforce++_baseline" in capsys.readouterr().err


def test_a_scenario_without_rows_has_no_prefixes(tmp_path: Path) -> None:
    config = TrainConfig(
        out=tmp_path,
        name="run",
        env=EnvConfig(id="ftrl/Clinic-v0", features=["state"]),
        rollout=RolloutConfig(source=Source.PREFIXES, trajectories=1, tasks=1, group=2, max_turn_tokens=4),
    )
    config.run_dir.mkdir()
    make = env_of(config, "train")
    with_effects = [
        task
        for task in task_ids(make)
        if make().unwrapped.taskset.get(task).outcome.changes  # type: ignore[attr-defined]
    ]
    with pytest.raises(UsageError, match="FTRL's format"):
        open_source(config, Policy(*load_base()), make, with_effects[:1], Source.PREFIXES).step(0, START)
