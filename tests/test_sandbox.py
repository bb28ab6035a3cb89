"""Foreign tools: what they may do, what stops them, and that nothing stays behind."""

from __future__ import annotations

import copy
import os
import pickle
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftrl_gym.errors import SandboxError
from ftrl_gym.execution import ToolFailure
from ftrl_gym.sandbox import SandboxLimits, SandboxToolbox, relay, toolbox, workers
from ftrl_gym.sandbox.foreign_source import adapted
from ftrl_gym.sandbox.interpreter import Stopped
from ftrl_gym.sandbox.stateless import maker
from ftrl_gym.world import WorldBase

QUICK = SandboxLimits(seconds=0.3, memory_bytes=32 * 2**20, output_chars=1_000)


def run(body: str, limits: SandboxLimits = QUICK, **arguments: Any) -> Any:
    """Calls a tool with this body, whose one optional parameter is ``x``."""
    source = "def tool(x=None):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    return SandboxToolbox({"tool": source}, limits).run("tool", arguments, None)


def fails(body: str, **arguments: Any) -> str:
    with pytest.raises(ToolFailure) as caught:
        run(body, **arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    "value", [None, True, 3, 2.5, "é ​", [1, {"k": [None]}], {"a": {"b": "c"}}, [], 10**30, "x" * 900]
)
def test_json_values_pass_through(value: Any) -> None:
    result = run("return x", x=value)
    assert result == value and type(result) is type(value)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return ('x', 5)", "('x', 5)"),
        ("return {1: (2, 3)}", {"1": [2, 3]}),
        ("print('side')\nreturn x", None),
        ("import math, re, datetime\nreturn math.floor(2.5)", 2),
    ],
)
def test_results_are_normalised(body: str, expected: Any) -> None:
    assert run(body) == expected


def test_top_level_helpers_and_recursion_work() -> None:
    source = "LIMIT = 3\ndef _step(n):\n    return n + 1\ndef up(n):\n    return n if n >= LIMIT else up(_step(n))\n"
    assert SandboxToolbox({"up": source}).run("up", {"n": 0}, None) == 3


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("while True: pass", "ran longer than 0.3 s"),
        ("while True:\n    try:\n        while True: pass\n    except BaseException: pass", "ran longer than"),
        ("return sum(range(10**12))", "ran longer than"),
        ("y = 'a'\nwhile True: y += y", "more than 32 MiB of memory"),
        ("return [0] * 10**9", "more than 32 MiB of memory"),
        ("return 10**10**8", "more than 32 MiB of memory"),
        ("def f(n): return f(n + 1)\nreturn f(0)", "RecursionError"),
        ("return 'x' * 5_000", "longer than 1,000 characters"),
        ("return {'s': {1}}", "no JSON value"),
        ("print('x' * 70_000)", "printed more than 64 KiB"),
        ("return open('/etc/passwd').read()", "PermissionError"),
        ("open('/tmp/ftrl_gym_sandbox_leak', 'w').write('x')", "PermissionError"),
        ("from pathlib import Path\nreturn Path('/etc/passwd').read_text()", "PermissionError"),
        ("import os\nreturn os.environ['HOME']", "not supported"),
        ("import os\nreturn os.listdir('/')", "PermissionError"),
        ("import os\nos.system('true')", "no attribute 'system'"),
        ("import socket", "No module named 'socket'"),
        ("import urllib.request", "No module named 'urllib'"),
        ("import subprocess", "No module named 'subprocess'"),
        ("return __import__('os')", "NameError"),
        ("return ().__class__.__bases__", "AttributeError"),
        ("raise SystemExit(2)", "Error"),
        ("raise KeyboardInterrupt()", "KeyboardInterrupt"),
        ("return {}['gone']", "KeyError: 'gone'"),
    ],
)
def test_hostile_tools_become_feedback(body: str, message: str) -> None:
    assert message in fails(body)
    assert run("return 1") == 1, "the next call works"


def test_nothing_was_written() -> None:
    fails("open('/tmp/ftrl_gym_sandbox_leak', 'w').write('x')")
    assert not Path("/tmp/ftrl_gym_sandbox_leak").exists()


def test_a_tools_own_error_is_told_in_its_words_and_kept_short() -> None:
    assert fails("raise ValueError('no hotel has id ' + x)", x="H-9") == "no hotel has id H-9"
    assert len(fails("raise ValueError('a' * 1_000_000)")) < 3_000


@pytest.mark.parametrize("value", ["\ud800", {"\ud800": 1}])
def test_arguments_that_are_no_text_become_feedback(value: Any) -> None:
    assert fails("return x", x=value)


def test_wrong_arguments_become_feedback() -> None:
    assert "unexpected keyword argument" in fails("return x", y=1)
    deep: list[Any] = []
    for _ in range(3_000):
        deep = [deep]
    assert run("return 1", x=deep) == 1
    assert "no JSON value" in fails("y = []\nfor _ in range(5000): y = [y]\nreturn y")


def test_state_never_leaks_between_calls() -> None:
    source = "seen = []\ndef count():\n    seen.append(1)\n    return len(seen)\n"
    box = SandboxToolbox({"count": source, "spy": "def spy():\n    return seen\n"})
    assert [box.run("count", {}, None) for _ in range(3)] == [1, 1, 1]
    with pytest.raises(ToolFailure, match="seen"):
        box.run("spy", {}, None)
    assert run("import random\nreturn random.random()") == run("import random\nreturn random.random()")
    clock = "import datetime\nreturn str(datetime.datetime.now())"
    assert run(clock) == run(clock) == "2025-08-01 12:00:00"
    assert run("import time\ntime.sleep(1000)\nreturn 1") == 1


@pytest.mark.parametrize(
    ("name", "source", "reason"),
    [
        ("f", "def f(x)\n    return x\n", "SyntaxError"),
        ("f", "def g(x):\n    return x\n", "NameError"),
        ("f", "f = 5\n", "not a function"),
        ("f", "import socket\ndef f():\n    return 1\n", "socket"),
        ("f", "while True: pass\ndef f(): return 1\n", "longer than"),
        ("f", "def f():\n    yield 1\n", "yield"),
        ("f(1)", "def f(x):\n    return x\n", "identifier"),
        ("class", "def f(x):\n    return x\n", "identifier"),
    ],
)
def test_what_cannot_run_is_refused_with_the_reason(name: str, source: str, reason: str) -> None:
    with pytest.raises(SandboxError, match=reason) as caught:
        SandboxToolbox({name: source})
    assert repr(name) in str(caught.value)


def test_a_machine_that_was_busy_once_refuses_nothing_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    source, real, busy = "def late():\n    return 1\n", toolbox.kinds_of, [True]

    def kinds_of(*arguments: Any) -> list[str]:
        if busy:
            raise Stopped("the tool ran longer than 1 s and was stopped", out_of_time=busy.pop())
        return real(*arguments)

    monkeypatch.setattr(toolbox, "kinds_of", kinds_of)
    assert "longer than 1 s" in str(toolbox.refusal("late", source))
    assert toolbox.refusal("late", source) is None


def test_a_tool_without_source_fails_in_words() -> None:
    with pytest.raises(ToolFailure, match="no implementation"):
        SandboxToolbox({}).run("ghost", {}, None)


def test_toolboxes_copy_and_pickle() -> None:
    box = SandboxToolbox({"f": "def f():\n    return 7\n"})
    for twin in (copy.deepcopy(box), pickle.loads(pickle.dumps(box))):
        assert twin.run("f", {}, None) == 7


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.parametrize("leave", ["sys.exit(0)", "os._exit(0)"])
def test_a_process_forked_late_runs_tools_too(leave: str) -> None:
    script = f"""
import os, sys
from ftrl_gym.sandbox import SandboxToolbox
box = SandboxToolbox({{"f": "def f(x):\\n    return x\\n"}})
assert box.run("f", {{"x": 1}}, None) == 1
child = os.fork()
if child == 0:
    assert box.run("f", {{"x": 5}}, None) == 5
    {leave}
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert box.run("f", {{"x": 6}}, None) == 6
"""
    path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60, env={**os.environ, **path})


COUNTER = "seen = []\ndef count(x=0):\n    seen.append(x)\n    return [x, len(seen)]\n"
STATEFUL = "n = 0\ndef stateful(x=0):\n    global n\n    n += 1\n    return [x, n]\n"
DRAWS = "import random\ndef draws(x=0):\n    return [x, random.random()]\n"
FRAGILE = (
    "def fragile(x=0):\n    if x == 1:\n        while True: pass\n    if x == 2:\n        return 'y' * 10 ** 9\n"
    "    if x == 3:\n        return 1 / 0\n    return x\n"
)
MIXED = {"count": COUNTER, "stateful": STATEFUL, "draws": DRAWS, "fragile": FRAGILE}


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["count", "stateful", "draws"]), st.integers(0, 3)), max_size=8),
    st.lists(st.integers(0, 3), max_size=2),
    st.randoms(use_true_random=False),
)
def test_a_batch_gives_what_its_calls_give_in_any_order(
    calm: list[tuple[str, int]], fragile: list[int], order: random.Random
) -> None:
    calls = [*calm, *(("fragile", x) for x in fragile)]
    order.shuffle(calls)
    box = SandboxToolbox(MIXED, SandboxLimits(seconds=0.1))
    together = box.run_batch([(name, {"x": x}) for name, x in calls])
    assert list(map(str, together)) == [str(box.run_batch([(name, {"x": x})])[0]) for name, x in calls]
    for (name, x), result in zip(calls, together, strict=True):
        assert isinstance(result, ToolFailure) is (name == "fragile" and x > 0)
        if name in ("count", "stateful"):
            assert result == [x, 1]


def test_results_that_cannot_be_written_in_one_piece_are_written_one_by_one() -> None:
    source = (
        "def f(x):\n    if x == 0:\n        return float('nan')\n    if x == 1:\n        return [{1}]\n"
        "    if x == 2:\n        return 'a' * 1_200\n    if x == 3:\n        raise KeyError('é')\n"
        "    if x == 4:\n        return str(map(len, [x]))\n    return 'b' * 900\n"
    )
    box = SandboxToolbox({"f": source}, QUICK)
    assert maker(("f",), source) is not None, "its calls share an interpreter"
    together = [str(result) for result in box.run_batch([("f", {"x": x}) for x in range(8)])]
    assert together == [str(box.run_batch([("f", {"x": x})])[0]) for x in range(8)]
    assert "no JSON value" in together[0] and "no JSON value" in together[1]
    assert "longer than 1,000 characters" in together[2] and together[3] == "KeyError: 'é'"
    assert together[5:] == ["b" * 900] * 3, "together longer than one may be"


@pytest.mark.parametrize(
    "body",
    [
        "    return 0 if x <= 0 else 1 + f(x - 1)\n",
        "    r = []\n    for _ in range(x):\n        r = [r]\n    return r\n",
    ],
)
def test_a_call_may_go_as_deep_by_itself_as_beside_others(body: str) -> None:
    box = SandboxToolbox({"f": f"def f(x):\n{body}", "endless": "def endless():\n    while True: pass\n"}, QUICK)
    calls = [("f", {"x": x}) for x in range(190, 204)]
    together, (*replayed, _) = box.run_batch(calls), box.run_batch([*calls, ("endless", {})])
    assert list(map(str, together)) == list(map(str, replayed))
    assert "recursion" in str(together[-1]) and "recursion" not in str(together[0])


@pytest.mark.parametrize(
    ("source", "proves"),
    [
        (COUNTER, True),
        ("import math\ndef f(x=(1, -2)):\n    return math.pi\n", True),
        ("def f(x):\n    return sorted(x, key=lambda y: y)\n", True),
        ("def f(x):\n    return next((y for y in x), None)\n", True),
        ("def f(x):\n    return x\nif __name__ == '__main__':\n    print(f(1))\n", True),
        (STATEFUL, False),
        (DRAWS, False),
        ("import decimal\ndef f(x):\n    return x\n", False),
        ("from math import *\ndef f(x):\n    return x\n", False),
        ("class A: pass\ndef f(x):\n    return str(A())\n", False),
        ("def f(x):\n    return id(x)\n", False),
        ("def f(x):\n    return str(f)\n", False),
        ("def f(x):\n    return str(iter(x))\n", False),
        ("def f(x):\n    return exec(x)\n", False),
        ("def f(x):\n    return open(x)\n", False),
        ("def f(x):\n    return _ftrl_given\n", False),
        ("def g():\n    _ftrl_given = 1\ndef f(x):\n    return _ftrl_given\n", False),
        ("def len(x): return 7\ndef f(x):\n    return len(x)\n", False),
        ("def f(x):\n    return x\n" + "#" * 200_000, False),
    ],
)
def test_which_tools_may_share_an_interpreter(source: str, proves: bool) -> None:
    name = "count" if source is COUNTER else "stateful" if source is STATEFUL else "draws" if source is DRAWS else "f"
    assert (maker((name,), adapted(source)) is not None) is proves


def test_figures_are_rounded_as_python_rounds() -> None:
    drawn = random.Random(5)
    pairs = [(round(drawn.uniform(-999, 999), 3) + 0.0005, drawn.randint(0, 4)) for _ in range(500)]
    pairs += [(2.675, 2), (3.705, 2), (0.5, 0), (1e300, 2)]
    source = "def f(pairs):\n    return [[round(x, n), round(x)] for x, n in pairs]\n"
    (result,) = SandboxToolbox({"f": source}).run_batch([("f", {"pairs": pairs})])
    assert result == [[round(x, n), round(x)] for x, n in pairs]


@pytest.mark.skipif(not workers.can_hold(), reason="limits on other processes need Linux")
def test_workers_are_held_by_the_operating_system() -> None:
    assert run("return 1") == 1
    for worker in workers.running():
        held = Path(f"/proc/{worker}/limits").read_text()
        assert "Max core file size        0 " in held and "Max file size             0 " in held


def test_threads_and_many_realms_share_few_workers() -> None:
    boxes = [SandboxToolbox({"f": f"def f(x):\n    return [x, {n}]\n"}) for n in range(3 * workers.RESIDENT)]

    def play(thread: int) -> list[Any]:
        order = range(thread, thread + 2 * len(boxes))
        return [boxes[n % len(boxes)].run("f", {"x": thread}, None) == [thread, n % len(boxes)] for n in order]

    with ThreadPoolExecutor(8) as pool:
        assert all(all(fine) for fine in pool.map(play, range(8)))
    assert len(workers.running()) <= workers.RESIDENT


def test_calls_do_not_share_what_they_are_given() -> None:
    box = SandboxToolbox({"f": "def f(x):\n    x.append(1)\n    return len(x)\n"})
    given: list[Any] = []
    assert box.run_batch([("f", {"x": given})] * 3) == [1, 1, 1] and given == []
    deep: list[Any] = []
    for _ in range(3_000):
        deep = [deep]
    assert box.run_batch([("f", {"x": deep}), ("f", {"x": []})]) == [2, 1]


def test_threads_whose_first_calls_come_at_once_start_one_pool() -> None:
    script = """
import threading, time
import pydantic_monty as monty
from ftrl_gym.sandbox import refusal, workers
started, real = [], monty.Monty
def counted(**settings):
    started.append(settings)
    time.sleep(0.1)
    return real(**settings)
monty.Monty = counted
calls = [threading.Thread(target=refusal, args=("f", f"def f():\\n    return {n}\\n")) for n in range(3)]
[one.start() for one in calls]
[one.join() for one in calls]
assert len(started) == 1 and not workers.running(), started
"""
    path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60, env={**os.environ, **path})


def test_a_relay_holds_few_worlds_and_both_sides_the_same() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    here, there = relay._Relay(os.getpid(), process), dict[int, WorldBase]()
    worlds = [WorldBase({"t": {"k": {"n": n}}}, {}) for n in range(20)]
    for number in [*range(20), 19, 18, 3]:
        base = relay._received(there, relay._sent(here, worlds[number]))
        assert base.tables == worlds[number].tables
        assert there.keys() == here.places.keys() and len(there) <= 8
