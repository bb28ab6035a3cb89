"""Tasks as FTRL rows: self-contained, played to a full score, and read back without loss."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_scenario import DOCUMENTS, NAME, TASKS, TOOLS, WORLDS, tiny_scenario, write_tiny

from ftrl_gym import registration, registry, trust
from ftrl_gym.cli import main
from ftrl_gym.errors import RegistryError, UsageError
from ftrl_gym.execution import ToolFailure, TrustedToolbox
from ftrl_gym.export.ftrl import FtrlRows, Skipped, read_export
from ftrl_gym.export.reach import reachable_tables
from ftrl_gym.export.standalone import StandaloneTools
from ftrl_gym.export.writing import check_place, write_whole
from ftrl_gym.ftrl_matching import matches
from ftrl_gym.policies import call_text
from ftrl_gym.scenario import Scenario
from ftrl_gym.task import Plan, PlannedCall, PlanTurn, ScriptedUser, Split, Task, ToolEvent, ToolEventKind
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.toolsource import ToolSource
from ftrl_gym.world import World, WorldBase

BASES = {name: WorldBase(data["tables"], data["constants"]) for name, data in WORLDS.items()}
LOOK_UPS = [task for task in TASKS if not task.outcome.changes]


@pytest.fixture
def scenario(own_registry: Path) -> Scenario:
    trust.pin(write_tiny(own_registry))
    registration.register_all()
    return registry.load(NAME)


def export(path: Path, *options: str, name: str = NAME, format_: str = "ftrl") -> int:
    return main(["export", name, "--format", format_, "--out", str(path), *options])


def f1_of_the_plan(path: Path, place: int, task: Task) -> float:
    """Plays a task's first plan on its exported row, by the paper's rule."""
    env = gym.make("ftrl/FTRL-v0", path=str(path), matching="ftrl")
    env.reset(seed=0, options={"task": f"row-{place + 1:04d}"})
    info: dict[str, Any] = {}
    for turn in task.plans[0].turns:
        *_, info = env.step(call_text([(call.tool, call.arguments) for call in turn.calls]))
    *_, terminated, _, info = env.step(f"<answer>{env.unwrapped.task.outcome.answer.value}</answer>")  # type: ignore[attr-defined]
    assert terminated and info["score"]["outcome"] == 1.0
    return float(info["score"]["f1"])


def released(code: str, name: str, arguments: dict[str, Any]) -> Any:
    """As FTRL's code runs a tool: its definitions in a namespace that its body does not see."""
    local: dict[str, Any] = {}
    exec(code, {}, local)
    return local[name](**arguments)


@pytest.mark.parametrize("split", ["train", "test"])
def test_an_exported_file_is_played_to_a_full_score_and_read_back(
    scenario: Scenario, split: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.jsonl"
    assert export(path, "--split", split) == 0
    out, err = capsys.readouterr()
    wanted = [task for task in LOOK_UPS if task.split == split]
    assert f"{len(wanted)} {split} tasks" in out
    assert ("1 task left out: they change the world" in err) == (split == "test")
    tasks = read_export(path)
    assert tasks == wanted
    assert [f1_of_the_plan(path, place, task) for place, task in enumerate(tasks)] == [1.0] * len(wanted)


def test_a_row_has_ftrls_fields(scenario: Scenario) -> None:
    row = FtrlRows("ftrl/TinyLibrary-v0", scenario).row(TASKS[1])
    assert isinstance(row, dict)
    published = {"messages", "tools", "codes", "unsolved_set", "solve_rate", "data_source", "split", "answer"}
    assert set(row) == published | {"ftrl_gym"}
    (message,) = row["messages"]
    assert message["role"] == "user" and message["content"].endswith("Question: " + TASKS[1].question)
    assert "2026-05-04" in message["content"]
    assert json.loads(row["unsolved_set"]) == {"get_book": ["Ada Noor"], "get_author": ["Tromso"]}
    assert [tool["function"]["name"] for tool in json.loads(row["tools"])] == list(TASKS[1].tools)
    assert (row["answer"], row["split"], row["solve_rate"]) == ("Tromso", "train", 0.0)
    assert row["data_source"].endswith("/multi_hop")
    codes = json.loads(row["codes"])
    for call in TASKS[1].plans[0].calls():
        result = released(codes[call.tool], call.tool, call.arguments)
        assert matches(json.loads(row["unsolved_set"])[call.tool][0], result)


def test_a_call_that_finds_out_two_things_is_one_sub_answer(scenario: Scenario) -> None:
    """FTRL pays a call once."""
    book = TASKS[1].sub_questions[0]
    assert book.fact
    shelf = TASKS[0].sub_questions[0].model_copy(update={"id": "q2"})
    call = PlannedCall(tool="get_book", arguments={"title": "Grey Harbour"}, solves=("q1", "q2"))
    plan = Plan(turns=(PlanTurn(calls=(call,)),))
    task = TASKS[1].model_copy(update={"sub_questions": (book, shelf), "plans": (plan,)})
    row = FtrlRows("x", scenario).row(task)
    assert isinstance(row, dict) and json.loads(row["unsolved_set"]) == {"get_book": ["Ada Noor, B12"]}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"counterpart": ScriptedUser()}, "user"),
        ({"timeline": (ToolEvent(tool="get_book", kind=ToolEventKind.FAILS),)}, "tools come and go"),
        ({"plans": ()}, "no certified plan"),
        ({"world": "w01"}, "plan does not solve everything"),
    ],
)
def test_what_the_format_cannot_hold_is_left_out(scenario: Scenario, changes: dict[str, Any], reason: str) -> None:
    skipped = FtrlRows("x", scenario).row(TASKS[0].model_copy(update=changes))
    assert isinstance(skipped, Skipped) and reason in skipped.reason


def test_equal_answers_of_one_tool_are_paid_to_one_call_each(scenario: Scenario) -> None:
    shelf = TASKS[0].sub_questions[0]
    author = shelf.answer.model_copy(update={"value": "o"})  # stands in both results, and the other answer does not
    subs = tuple(shelf.model_copy(update={"id": name, "answer": author}) for name in ("q1", "q2"))
    titles = {"q1": "Grey Harbour", "q2": "Salt"}
    calls = tuple(PlannedCall(tool="get_book", arguments={"title": titles[s.id]}, solves=(s.id,)) for s in subs)
    task = TASKS[0].model_copy(update={"sub_questions": subs, "plans": (Plan(turns=(PlanTurn(calls=calls),)),)})
    row = FtrlRows("x", scenario).row(task)
    assert isinstance(row, dict) and json.loads(row["unsolved_set"]) == {"get_book": ["o", "o"]}


# ---------------------------------------------------------------------------------------------- one tool alone


def outcome(run: Any) -> tuple[str, Any]:
    try:
        return "result", run()
    except (ValueError, ToolFailure) as error:
        return "refused", str(error)


TEXTS = ["Grey Harbour", "Salt", "Late Ferry", "Ada Noor", "Cleo Marr", "", "'\\\"\n"]


@settings(max_examples=40, deadline=None)
@given(
    document=st.sampled_from(DOCUMENTS),
    world=st.sampled_from(sorted(BASES)),
    values=st.lists(st.sampled_from(TEXTS), min_size=2, max_size=2),
)
def test_a_tool_alone_does_what_it_does_in_its_module(document: ToolDocument, world: str, values: list[str]) -> None:
    arguments = dict(zip(document.parameters["required"], values, strict=False))
    code = StandaloneTools(ToolSource(TOOLS)).code(document, BASES[world])
    in_module = outcome(lambda: TrustedToolbox(TOOLS).run(document.name, dict(arguments), World(BASES[world])))
    # Twice: nothing is left of the first call.
    for _ in range(2):
        assert outcome(lambda: released(code, document.name, arguments)) == in_module


CODE = '''
import re
from math import floor as down

LIMIT = {"low": 2}

class Odd(ValueError):
    """A class of the module."""

def count(world, re_: str, floor: int = 1, *, kind="any") -> dict[str, int]:
    """Several lines,
    and a text with "quotes"."""
    total: int = down(sum(_size(row) for _, row in world.rows("things") if re.match(re_, row["name"])) + floor)
    if kind == "odd":
        raise Odd(f"it's {kind}\\nreally; {LIMIT['low']}")
    return {"total": total, "today": world.constants["today"]}

def _size(row): return row.get("size", LIMIT["low"])
'''


def test_imports_constants_classes_and_rows_of_any_form_come_along() -> None:
    rows = {"a": {"name": "axe"}, "b": {"name": "ant", "size": 5}, "c": {"size": 9, "name": "bee"}}
    base = WorldBase({"things": rows, "others": {"x": {"secret": 1}}}, {"today": "2026-01-01"})
    document = ToolDocument(name="count", description='Counts "things".\nAll of them: \\', parameters={})
    code = StandaloneTools(ToolSource(CODE)).code(document, base)
    assert "secret" not in code
    assert released(code, "count", {"re_": "a"}) == {"total": 8, "today": "2026-01-01"}
    assert released(code, "count", {"re_": "b", "floor": 0}) == {"total": 9, "today": "2026-01-01"}
    with pytest.raises(ValueError, match="it's odd\nreally; 2"):
        released(code, "count", {"re_": "b", "kind": "odd"})


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        ("def t(world, *names)", "named ones"),
        ("def t(world, **names)", "named ones"),
        ("def t()", "named ones"),
        ("@staticmethod\ndef t(world)", "decorated"),
        ("def t(world, a=LIMIT)", "no literal"),
        ("def t(world, _call)", "called _call"),
    ],
)
def test_a_tool_that_cannot_stand_alone_is_refused(head: str, problem: str) -> None:
    document = ToolDocument(name="t", description="", parameters={})
    with pytest.raises(UsageError, match=problem):
        StandaloneTools(ToolSource(f"LIMIT = 1\n{head}: return 1")).code(document, None)


@pytest.mark.parametrize(
    ("body", "tables"),
    [
        ("return world.get('a', x)", {"a"}),
        ("return [world.find(t, k=x) for t in ['a']]", None),
        ("table = 'a' if x else 'b'\n return list(world.rows(table))", {"a", "b"}),
        ("table = x + 's'\n return world.get(table, x)", None),
        ("return _in(world, 'a') + _in(world, key=x, table='b')", {"a", "b"}),
        ("return _in(world)", {"c"}),
        ("return _in(world, *x)", None),
        ("return world.tables[x]", None),
        ("w = world\n return w.get('a', x)", None),
        ("return (lambda t: world.get(t, x))('a')", None),
        ("return world.constants['today']", set()),
        ("table = 'a'\n table += 's'\n return world.get(table, x)", None),
    ],
)
def test_the_tables_a_tool_reaches(body: str, tables: set[str] | None) -> None:
    code = f"def t(world, x):\n {body}\ndef _in(world, table='c', key=None): return world.get(table, key)"
    assert reachable_tables(ToolSource(code), "t") == (None if tables is None else frozenset(tables))


def test_lines_of_code_count_what_a_tool_needs() -> None:
    source = ToolSource(CODE)
    # count has 7 lines, Odd 2, LIMIT and _size 1 each; imports are none.
    assert source.lines("count") == 11
    assert source.lines("_size") == 2
    assert source.function("LIMIT") is None and source.needed("nowhere") == []


# ---------------------------------------------------------------------------------------------- files and mistakes


def test_a_broken_export_is_named_by_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    with pytest.raises(UsageError, match="cannot be read"):
        read_export(path)
    for line in ('{"messages": []}', "{", "[]", '{"ftrl_gym": "{}"}', '{"ftrl_gym": "{\\"task\\": {\\"id\\": 1}}"}'):
        path.write_text(line + "\n")
        with pytest.raises(RegistryError, match=r"rows\.jsonl, line 1"):
            read_export(path)


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def half(draft: Path) -> None:
        draft.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(UsageError, match="No space left"):
        write_whole(path, half)
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
    write_whole(path, lambda draft: draft.write_text("new") and None)
    assert path.read_text() == "new" and list(tmp_path.iterdir()) == [path]
    with pytest.raises(UsageError, match="--force"):
        check_place(path, force=False)
    assert check_place(path, force=True) == path


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["export", "Nowhere", "--format", "ftrl", "--out", "new"], "unknown environment"),
        (["export", "FTRL", "--format", "ftrl", "--out", "new"], "not ours to export"),
        (["export", NAME, "--format", "ftlr", "--out", "new"], "did you mean 'ftrl'"),
        (["export", NAME, "--format", "ftrl", "--docs", "xml", "--out", "new"], "Known: json, signature"),
        (["export", NAME, "--format", "ftrl", "--docs", "signature", "--out", "new"], "JSON schemas"),
        (["export", NAME, "--format", "ftrl", "--out", "old"], "--force"),
        (["export", NAME, "--format", "ftrl", "--out", "no/new"], "mkdir -p"),
        (["export", NAME, "--format", "ftrl", "--out", "."], "is a folder"),
        (["export", NAME, "--format", "ftrl", "--out", "old/new"], "does not exist"),
    ],
)
def test_a_mistake_is_one_message(
    scenario: Scenario,
    options: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old").write_text("old")
    assert main(options) == 2
    out, err = capsys.readouterr()
    assert told in err and "Traceback" not in err + out and len(err.splitlines()) <= 20
    assert Path("old").read_text() == "old" and not Path("new").exists()


@pytest.mark.parametrize(
    "options", [["--tasks", "0"], ["--tasks", "-3"], ["--tasks", "x"], ["--split", "dev"]]
)  # fmt: skip
def test_an_impossible_command_line_exits_with_2(options: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        export(tmp_path / "new", *options)
    assert caught.value.code == 2


def test_the_number_of_tasks_and_force(scenario: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    assert export(path) == 0 and len(read_export(path)) == 2
    assert export(path, "--tasks", "1") == 2 and len(read_export(path)) == 2
    assert export(path, "--tasks", "1", "--force") == 0 and read_export(path) == [TASKS[0]]


def test_nothing_to_export_is_a_mistake(
    own_registry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = tiny_scenario(own_registry)
    registration.register_all()
    monkeypatch.setattr("ftrl_gym.registry.load", lambda name: loaded)
    monkeypatch.setattr("ftrl_gym.export.ftrl.unfit", lambda task: "of this test")
    assert export(tmp_path / "new") == 2
    assert "because of this test" in capsys.readouterr().err and not (tmp_path / "new").exists()


@pytest.mark.skipif("TravelBooking" not in registry.names(), reason="the packaged scenario is not built")
def test_packaged_tasks_are_played_from_their_rows_to_a_full_score(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    assert export(path, "--split", "test", "--tasks", "8", name="TravelBooking") == 0
    tasks = read_export(path)
    known = {task.id: task for task in registry.load("TravelBooking").load_tasks(Split.TEST)}
    assert len(tasks) == 8 and all(task == known[task.id] for task in tasks)
    assert len({task.kind for task in tasks}) == 4
    assert [f1_of_the_plan(path, place, task) for place, task in enumerate(tasks)] == [1.0] * 8
