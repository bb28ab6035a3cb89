"""Six domains, built from hand-written replies with everything that models and endpoints get wrong."""

from __future__ import annotations

import json
from pathlib import Path

import gymnasium as gym
import pytest
from llm.domains import DOMAINS, FAULTS, built, camel, plan_of, server_of

from ftrl_gym import registry
from ftrl_gym.construct.llm.drafts import Draft
from ftrl_gym.construct.llm.flaws import Flaw
from ftrl_gym.construct.llm.proving import Proof, prove
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.construct.llm.report import BuildReport
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.export.ftrl import FtrlRows, Skipped
from ftrl_gym.policies import DoNothing, Oracle
from ftrl_gym.registration import register_all
from ftrl_gym.sandbox import SandboxToolbox
from ftrl_gym.scenario import Scenario
from ftrl_gym.task import Split, Task
from ftrl_gym.trajectory import run_episode
from ftrl_gym.verify import verify

Built = tuple[str, BuildReport, Path]
C = WriterStage.DEPLOYMENT


@pytest.fixture(scope="module", params=sorted(DOMAINS))
def domain(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    name, root = request.param, tmp_path_factory.mktemp(request.param)
    with server_of(name, FAULTS) as server:
        return name, built(server, plan_of(name), root, concurrency=2), root


def load(domain: Built) -> Scenario:
    name, _, root = domain
    return registry.load_folder(root / camel(name))


def tasks_of(scenario: Scenario) -> list[Task]:
    return [task for split in Split for task in scenario.load_tasks(split)]


def test_what_is_wrong_is_mended_or_dropped_with_its_reason(domain: Built) -> None:
    name, report, _ = domain
    expected = DOMAINS[name]
    assert report.kept == expected.kept
    assert {one.task: one.check for one in report.dropped} == expected.dropped
    assert {(one.stage, one.check) for _, one in report.repairs} == expected.repaired
    assert all(one.reason for one in report.dropped) and all(one.evidence for _, one in report.repairs)
    assert report.left == 0 and report.stopped is None


def test_a_flaw_of_no_tool_is_one_of_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proofs: list[str] = []

    def once_odd(draft: Draft, task_id: str) -> Proof:
        proofs.append(task_id)
        return Proof(None, (Flaw("odd", C, "it is odd"),)) if len(proofs) == 1 else prove(draft, task_id)

    monkeypatch.setattr("ftrl_gym.construct.llm.writer.prove", once_odd)
    with server_of("ferry_port") as server:
        report = built(server, plan_of("ferry_port", tasks=1), tmp_path)
        told = [seen.body["messages"] for seen in server.requests if seen.stage == C]
    again = {str(messages[1]["content"]) for messages in told if "it is odd" in str(messages[-1]["content"])}
    assert report.kept == ("train-00001",) and ("train-00001", "odd") in {(t, r.check) for t, r in report.repairs}
    assert again == {str(messages[1]["content"]) for messages in told} and len(again) > 1


def test_faults_of_the_endpoint_are_in_the_report(domain: Built) -> None:
    _, report, _ = domain
    assert report.retried["HTTP 429"] == 2 and report.retried["HTTP 500"] == 1
    assert sum(count for fault, count in report.retried.items() if fault.startswith("connection lost")) == 1


def test_the_report_lies_beside_the_build(domain: Built) -> None:
    name, report, root = domain
    written = json.loads((root / f"{camel(name)}.report.json").read_bytes())
    assert written == json.loads(report.as_json(written["source"]))
    assert written["asked"] == written["kept"] + len(written["dropped"])
    stages = written["stages"].values()
    assert written["tokens"]["prompt"] == sum(stage["prompt_tokens"] for stage in stages) > 0
    assert f"{report.asked} tasks asked for" in report.render()


def test_every_registered_task_is_certified(domain: Built) -> None:
    _, report, _ = domain
    scenario = load(domain)
    assert scenario.manifest.provenance.writer == "llm" and scenario.manifest.provenance.model == "played"
    assert not scenario.trusted
    tasks = tasks_of(scenario)
    assert sorted(task.id for task in tasks) == sorted(report.kept) != []
    for task in tasks:
        assert task.certificate is not None
        assert (task.certificate.oracle_return, task.certificate.readings) == (1.0, 1)
        assert task.certificate.solver_plan == "confirmed" and task.certificate.probe_return <= 0.02
        assert all(sub.fact is None and sub.tool in task.tools and sub.place for sub in task.sub_questions)
        assert task.toolset == task.id and task.provenance.model == "played"
        assert set(task.tools) == set(scenario.tools(task.toolset).documents)


def test_nothing_is_left_of_a_finished_build(domain: Built) -> None:
    name, _, root = domain
    assert sorted(path.name for path in root.iterdir()) == sorted(
        [".replies", camel(name), f"{camel(name)}.report.json"]
    )


def test_it_is_played_in_the_sandbox_without_a_keyword(domain: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    name, report, root = domain
    monkeypatch.setenv("FTRL_REGISTRY", str(root))
    register_all()
    for task_id in report.kept:
        env = gym.make(f"ftrl/{camel(name)}-v0", split=task_id.partition("-")[0], docs="signature")
        assert isinstance(env.unwrapped, ToolUseEnv)
        env.reset(options={"task": task_id})
        assert type(env.unwrapped.taskset.toolbox(env.unwrapped.task)) is SandboxToolbox
        assert run_episode(env, Oracle(), options={"task": task_id}).episode_return == pytest.approx(1.0)
        assert run_episode(env, DoNothing(), options={"task": task_id}).episode_return == 0.0
        env.close()


def test_it_can_be_exported_as_rows_of_ftrl(domain: Built, tmp_path: Path) -> None:
    scenario = load(domain)
    rows = FtrlRows("ftrl/Built-v0", scenario)
    written = [row for task in scenario.load_tasks(Split.TRAIN) if not isinstance(row := rows.row(task), Skipped)]
    assert len(written) == len(scenario.load_tasks(Split.TRAIN)) > 0
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in written))
    env = gym.make("ftrl/FTRL-v0", path=str(file))
    _, info = env.reset(options={"task": "row-0001"})
    assert info["tools"]
    env.close()


def test_verify_passes(domain: Built) -> None:
    _, report, _ = domain
    verified = verify(load(domain))
    assert [task.problems for task in verified.tasks] == [()] * len(report.kept)
