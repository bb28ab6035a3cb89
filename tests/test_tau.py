"""tau-bench's conversations as episodes: who is paid for what, whose code runs, and the known values on real data."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

import evaluate
import gymnasium as gym
import pytest
from chat_server import Answer, chat_server, refused, said
from tau_files import checkout

import ftrl_gym  # noqa: F401  registers the envs
from ftrl_gym.cli import main
from ftrl_gym.errors import FtrlGymError, UnknownNameError, UsageError
from ftrl_gym.policies import DoNothing
from ftrl_gym.suites import tau_checkout, taubench
from ftrl_gym.suites.tau_checkout import isolated
from ftrl_gym.suites.tau_score import same
from ftrl_gym.trajectory import run_episode


def call(name: str, /, **arguments: Any) -> str:
    return f"<tool_call>{json.dumps({'name': name, 'arguments': arguments})}</tool_call>"


def made(folder: Path, domain: str = "Airline", **keywords: Any) -> gym.Env[str, str]:
    return gym.make(f"ftrl/Tau{domain}-v0", path=str(checkout(folder)), unsafe=True, **keywords)


def play(env: gym.Env[str, str], task: str, *turns: str) -> tuple[float, bool, dict[str, Any]]:
    env.reset(options={"task": task})
    for turn in turns:
        _, reward, terminated, _, info = env.step(turn)
    return float(reward), terminated, info


def returns(env: gym.Env[str, str], policy: Any) -> list[float]:
    ids = env.unwrapped.taskset.ids()  # type: ignore[attr-defined]
    return [run_episode(env, policy, seed=0, options={"task": one}).episode_return for one in ids]


@pytest.mark.parametrize("domain", ["Airline", "Retail"])
def test_the_solution_is_right_and_silence_is_where_nothing_was_to_be_done(tmp_path: Path, domain: str) -> None:
    env = made(tmp_path, domain)
    assert returns(env, taubench.Solution()) == [1, 1, 1]
    assert returns(env, taubench.Solution(speaks=False)) == [1, 0, 1]
    assert returns(env, DoNothing()) == [0, 0, 1]
    assert returns(made(tmp_path, domain, scorer="ftrl"), taubench.Solution()) == [1, 0, 1]


def test_a_policy_is_shown_the_rules_the_tools_and_the_wish(tmp_path: Path) -> None:
    observation, info = made(tmp_path).reset(options={"task": "airline-000"})
    assert "# airline agent policy" in observation and "Be called Ann" in observation and '"rename"' in observation
    assert [message["role"] for message in info["messages"]] == ["system", "user"]
    assert [tool["function"]["name"] for tool in info["tools"]] == ["rename", "calculate", "transfer_to_human_agents"]


@pytest.mark.parametrize(
    ("turns", "official", "ftrl"),
    [
        (["It is 1,200."], 1, 0),
        ([f"It is 1200. {call('calculate', expression='600 * 2')}", ""], 0, 1),
        ([call("calculate", expression="600 * 2"), "Shall I tell you?", "1200"], 1, 0),
        (["120 0"], 0, 0),
        ([call("rename", user_id="u1", name="Ann"), "1200"], 0, 0),
    ],
)
def test_outputs_count_where_a_scorer_looks_for_them(
    tmp_path: Path, turns: list[str], official: int, ftrl: int
) -> None:
    reward, over, info = play(made(tmp_path), "airline-001", *turns)
    assert over and reward == info["score"]["outcome"] == info["score"]["reward_official"] == official
    assert info["score"]["reward_ftrl"] == ftrl


def test_a_change_undone_is_none(tmp_path: Path) -> None:
    env, to_ann, back = (
        made(tmp_path),
        call("rename", user_id="u1", name="Ann"),
        call("rename", user_id="u1", name="Al"),
    )
    assert play(env, "airline-000", to_ann, back, "Done.")[0] == 0
    assert play(env, "airline-000", back, to_ann, "Done.")[0] == 1
    assert play(env, "airline-002", to_ann, back, "No.")[0] == 1


def test_a_transfer_ends_it_and_the_turn_limit_forfeits(tmp_path: Path) -> None:
    transfer, other = call("transfer_to_human_agents", summary="x"), call("calculate", expression="1 + 1")
    reward, over, info = play(made(tmp_path), "airline-002", transfer)
    assert (reward, over, info["end"]) == (1.0, True, "user_done")
    reward, over, info = play(made(tmp_path, max_turns=2), "airline-002", other, other)
    assert (reward, over, info["end"], info["score"]["outcome"]) == (0.0, False, "turn_limit", 0.0)
    assert made(tmp_path).unwrapped.max_turns == 30  # type: ignore[attr-defined]


def test_only_the_first_call_of_a_turn_runs(tmp_path: Path) -> None:
    env = made(tmp_path)
    both = call("calculate", expression="1 + 1") + call("rename", user_id="u1", name="Ann")
    _, _, info = play(env, "airline-000", both)
    assert [one["status"] for one in info["calls"]] == ["ok", "not_run"] and info["messages"][0]["content"] == "2.0"
    assert env.step("Done.")[1] == 0


@pytest.mark.parametrize(
    ("turn", "status", "words"),
    [
        (call("rename", user_id="u9", name="x"), "tool_error", "user not found \\u003cb\\u003e"),
        (call("rename", user="u1"), "tool_error", "Error:"),
        (call("rename", data={}, user_id="u1", name="x"), "tool_error", "Error:"),
        (call("calculate", expression="9**9**9"), "tool_error", "invalid characters"),
        (call("calculate", expression="(" * 9_999), "tool_error", "Error:"),
        (call("fly"), "unknown_tool", "rename"),
        ("<tool_call>{", "malformed", "malformed call"),
        (call("rename", user_id="</tool_response>" * 99, name="x"), "tool_error", "Error"),
    ],
)
def test_no_call_raises(tmp_path: Path, turn: str, status: str, words: str) -> None:
    *_, info = play(made(tmp_path), "airline-000", turn)
    assert info["calls"][0]["status"] == status and words in info["messages"][0]["content"]
    assert "<" not in info["messages"][0]["content"]


def test_a_scripted_user_loses_patience(tmp_path: Path) -> None:
    env = made(tmp_path)
    env.reset(options={"task": "airline-000"})
    assert [env.step("Are you sure?")[2] for _ in range(6)] == [False] * 5 + [True]


def test_code_that_is_not_the_known_one_needs_a_word(tmp_path: Path) -> None:
    place = checkout(tmp_path)
    with pytest.raises(UsageError, match=r"not those of commit.*unsafe=True"):
        gym.make("ftrl/TauAirline-v0", path=str(place))
    before = tau_checkout.digest("airline", place / "tau_bench")
    tools = place / "tau_bench/envs/airline/tools/__init__.py"
    tools.write_bytes(tools.read_bytes().replace(b"\n", b"\r\n"))
    assert tau_checkout.digest("airline", place / "tau_bench") == before
    tools.write_text("x = 1")
    assert tau_checkout.digest("airline", place / "tau_bench") != before


@pytest.mark.parametrize("command", ["show", "play"])
def test_the_command_line_says_where_it_is_played(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = checkout(tmp_path)
    assert main([command, "ftrl/TauAirline-v0", "--set", f"path={place}", "--set", "unsafe=true"]) == 2
    assert "agents/evaluate.py --benchmark" in " ".join(capsys.readouterr().err.split())


def test_loading_leaves_nothing_behind(tmp_path: Path) -> None:
    place = checkout(tmp_path)
    sys.modules["tau_bench"] = mine = type(sys)("tau_bench")
    try:
        gym.make("ftrl/TauRetail-v0", path=str(place), unsafe=True)
        assert [name for name in sys.modules if name.startswith("tau_bench")] == ["tau_bench"]
        assert sys.modules["tau_bench"] is mine and "litellm" not in sys.modules
    finally:
        del sys.modules["tau_bench"]
    assert not list(place.rglob("__pycache__"))


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("data/users.json", '{"u1": {"na', "users.json is no JSON.*truncated"),
        ("data/users.json", "[]", "users.json holds a list"),
        ("tasks_test.py", "TASKS = [\n(", r"tasks_test.py, line \d.*truncated"),
        ("tasks_test.py", "TASKS = [Task()]", "tasks_test.*cannot be loaded: NameError"),
        ("tasks_test.py", "TASKS = []", "has no tasks"),
    ],
)
def test_broken_files_are_named(tmp_path: Path, file: str, text: str, words: str) -> None:
    place = checkout(tmp_path)
    (place / "tau_bench/envs/airline" / file).write_text(text)
    with pytest.raises(UsageError, match=words):
        gym.make("ftrl/TauAirline-v0", path=str(place), unsafe=True)


def test_a_checkout_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FTRL_DATA_DIR", raising=False)
    with pytest.raises(UsageError, match=r"tau-bench.*sierra-research/tau-bench at 59a200c"):
        gym.make("ftrl/TauAirline-v0", path=str(tmp_path))
    if importlib.util.find_spec("tau_bench") is None:
        with pytest.raises(UsageError, match="FTRL_DATA_DIR is not set"):
            gym.make("ftrl/TauRetail-v0")
    checkout(tmp_path)
    monkeypatch.setenv("FTRL_DATA_DIR", str(tmp_path))
    gym.make("ftrl/TauRetail-v0", unsafe=True)
    (tmp_path / "tau-bench/tau_bench/types.py").unlink()
    with pytest.raises(UsageError, match=r"types.py cannot be read"):
        gym.make("ftrl/TauRetail-v0", unsafe=True)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"scorer": "offical"}, "did you mean 'official'"),
        ({"user": "lm"}, "did you mean 'llm'"),
        ({"user": "llm"}, "user_endpoint"),
        ({"user_model": "m"}, "needs no model"),
        ({"unsafe": 1}, "True or False"),
        ({"matching": "ftrl"}, "unknown keyword"),
        ({"path": 3}, "path is 3"),
    ],
)
def test_wrong_keywords_are_told(keywords: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        gym.make("ftrl/TauAirline-v0", **keywords)
    with pytest.raises(UnknownNameError, match="domain"):
        tau_checkout.load_domain("telecom", Path())


def test_users_are_played_by_a_model_once_a_conversation(tmp_path: Path) -> None:
    replies = iter(["Call me Ann.", "Thanks! ###STOP###"])
    user = {"user": "llm", "user_model": "u", "user_cache": str(tmp_path / "replies.sqlite")}
    with chat_server(lambda body: said(next(replies))) as (url, requests):
        for _ in range(2):  # the second time from the file
            env = made(tmp_path, user_endpoint=url, **user)
            observation, _ = env.reset(seed=3, options={"task": "airline-000"})
            assert observation.endswith("Call me Ann.") and "from now on" not in observation
            observation, reward, over, *_ = env.step("Very well.")
            assert (observation, reward, over) == ("Thanks! ###STOP###", 0.0, True)
    assert len(requests) == 2 and requests[1]["messages"][-1] == {"role": "user", "content": "Very well."}
    assert requests[0]["messages"][0]["content"].endswith("Be called Ann from now on.")


def test_another_seed_is_another_user(tmp_path: Path) -> None:
    with chat_server(lambda body: said(f"seed {body['seed']}")) as (url, requests):
        env = made(tmp_path, user="react", user_endpoint=url, user_model="u", user_cache=str(tmp_path / "replies"))
        first, second, again = (env.reset(seed=seed, options={"task": "airline-000"})[0] for seed in (1, 2, 1))
    assert first == again != second and len(requests) == 2


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (refused(401, "no such key"), UsageError, "cannot be asked.*no such key"),
        (refused(400, "bad"), FtrlGymError, "gave no reply"),
        (Answer(body={"choices": []}), FtrlGymError, "without a message"),
    ],
)
def test_a_user_who_does_not_answer_is_no_fault_of_the_policy(
    tmp_path: Path, answer: Answer, kind: type[Exception], words: str
) -> None:
    with chat_server(lambda body: answer) as (url, _):
        env = made(tmp_path, user="llm", user_endpoint=url, user_model="u")
        with pytest.raises(kind, match=words):
            env.reset(options={"task": "airline-000"})


def test_a_file_that_is_no_cache_and_an_address_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "replies").write_text("no data base, " * 99)
    for user, words in (
        ({"user_endpoint": "localhost"}, "is no address"),
        ({"user_endpoint": "http://localhost:1/v1", "user_cache": str(tmp_path / "replies")}, "cannot keep replies"),
    ):
        with pytest.raises(UsageError, match=words):
            made(tmp_path, user="llm", user_model="u", **user).reset(options={"task": "airline-000"})


def test_databases_differ_by_value_and_not_by_order() -> None:
    assert same({"a": 1, "b": [True]}, {"b": [True], "a": 1})
    assert not same({"a": 1}, {"a": True}) and not same({"a": [1, 2]}, {"a": [2, 1]})
    assert same({"a": object}, {"a": object})


@pytest.fixture
def real() -> Path:
    """The checkout that this was tested with."""
    try:
        folder = tau_checkout.package_of(tau_checkout.find_checkout(None))
        found = {name: tau_checkout.digest(name, folder) for name in tau_checkout.KNOWN}
    except UsageError:
        pytest.skip("there is no checkout of tau-bench in $FTRL_DATA_DIR")
    if found != tau_checkout.KNOWN:
        pytest.skip("the checkout of tau-bench is another commit")
    return folder


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("domain", "unsaid", "silent"), [("airline", 46, 19), ("retail", 78, 7)])
def test_known_values(real: Path, domain: str, unsaid: int, silent: int) -> None:
    """Of 50 and 115 tasks: .920/.678 where outputs are not said, .380/.061 where nothing is done."""
    env = gym.make(f"ftrl/Tau{domain.title()}-v0")
    tasks = env.unwrapped.taskset.ids()  # type: ignore[attr-defined]
    ended = [run_episode(env, taubench.Solution(), options={"task": one}).score for one in tasks]
    assert len(tasks) == {"airline": 50, "retail": 115}[domain]
    assert all(score["reward_official"] == 1 for score in ended)
    assert sum(score["reward_ftrl"] for score in ended) == unsaid
    assert sum(returns(env, taubench.Solution(speaks=False))) == unsaid
    assert sum(returns(env, DoNothing())) == silent


@pytest.mark.slow
def test_verdicts_are_those_of_the_authors_hash(real: Path) -> None:
    """Their comparison of every fifth task's database, untouched and after the solution, with ours."""
    from ftrl_gym.suites.tau_score import after

    with isolated(real, litellm=_litellm()) as imported:
        base = imported("tau_bench.envs.base")
    for name in tau_checkout.KNOWN:
        domain = tau_checkout.load_domain(name, real)
        for task in domain.tasks[::5]:
            pristine, solved = domain.database(), after(domain, task)
            theirs = [base.consistent_hash(base.to_hashable(data)) for data in (pristine, solved)]
            assert same(pristine, solved) == (theirs[0] == theirs[1])


def _litellm() -> Any:
    stand_in = type(os)("litellm")
    stand_in.completion = None
    return stand_in


def helper(body: dict[str, Any]) -> Answer:
    """Plays an agent that does what it is told, and a user who is content with it."""
    text = str(body["messages"])
    if body["model"] == "user":
        return said("###STOP###" if len(body["messages"]) > 3 else "Be called Ann from now on.")
    if "called Ann" in text and not any(message["role"] == "tool" for message in body["messages"]):
        return said(None, ("rename", '{"user_id": "u1", "name": "Ann"}'))
    return said("It is 1,200." if "600 times 2" in text else "Done.")


@pytest.mark.parametrize("simulated", [False, True])
def test_a_policy_behind_an_endpoint_plays_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, simulated: bool) -> None:
    data, out = checkout(tmp_path), tmp_path / "out"
    known = {name: tau_checkout.digest(name, data / "tau_bench") for name in tau_checkout.KNOWN}
    monkeypatch.setattr(tau_checkout, "KNOWN", known)
    with chat_server(helper) as (url, requests):
        command = [
            "--benchmark",
            "tau-bench",
            "--data",
            str(data),
            "--endpoint",
            url,
            "--model",
            "toy",
            "--out",
            str(out),
        ]
        if simulated:
            command += ["--set", "user=llm", f"user_endpoint={url}", "user_model=user"]
        assert evaluate.main(command) == 0
        sent = len(requests)
        assert evaluate.main(command) == 0 and len(requests) == sent, "nothing is played twice"
    record = json.loads((out / "tau-bench_0.json").read_text())
    # every simulated user wants to be called Ann, which is right for the first of three
    assert record["columns"]["reward_official"]["mean"] == pytest.approx(100 / 3 if simulated else 100.0)
    assert record["failed"] == 0 and list(record["parts"]) == ["airline", "retail"]


def test_a_user_who_fails_half_way_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, out, left = checkout(tmp_path), tmp_path / "out", [3]
    known = {name: tau_checkout.digest(name, data / "tau_bench") for name in tau_checkout.KNOWN}
    monkeypatch.setattr(tau_checkout, "KNOWN", known)

    def behave(body: dict[str, Any]) -> Answer:
        left[0] -= body["model"] == "user"
        return helper(body) if left[0] >= 0 or body["model"] != "user" else refused(400, "no more users")

    with chat_server(behave) as (url, _):
        command = ["--benchmark", "tau-bench", "--data", str(data), "--endpoint", url, "--model", "toy", "--no-bounds"]
        command += ["--parts", "airline", "--concurrency", "1", "--out", str(out)]
        command += ["--set", "user=llm", f"user_endpoint={url}", "user_model=user"]
        assert evaluate.main(command) == 0
        assert json.loads((out / "tau-bench_0.json").read_text())["failed"] == 2
        left[0] = 1000
        assert evaluate.main([*command, "--retry-failed"]) == 0
    assert json.loads((out / "tau-bench_0.json").read_text())["failed"] == 0
