"""Does our FTRL scoring return exactly what the released functions return?

    python benchmarks/ftrl_conformance.py DIR [--all]

DIR holds golden cases: tools.json and any of reward, parse_qwen, parse_llama31, answer_verify, episodes (.jsonl).
Prints every mismatch (the first 20 without ``--all``) and ends with ``N passed, N failed``; exit code 0 when all
passed, 1 when some failed, 2 when DIR cannot be read.

DANGER: the golden tools run in this process without isolation, because that is how the released code runs them.
Give it only directories whose tools.json you trust. Environments run foreign tools in ftrl_gym.sandbox.
"""

from __future__ import annotations

import argparse
import ctypes
import io
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from time import sleep
from typing import Any

from ftrl_gym.errors import FtrlGymError, UsageError
from ftrl_gym.ftrl_matching import TurnScheme, feedback_text, matches
from ftrl_gym.suites.ftrl_parse import ParsedTurn, cut_end_tokens, parse_llama31, parse_qwen
from ftrl_gym.suites.ftrl_rules import feedback, prefix_samples, reward, run_episode

Case = dict[str, Any]
SCHEMES = {
    "f1": TurnScheme.SOLVE_F1,
    "precision": TurnScheme.SOLVE_PRECISION,
    "rate": TurnScheme.SOLVE_RATE,
    "pr": TurnScheme.SOLVE_PR,
}


class ReleasedExecutor:
    """Runs a tool as the released code does: source executed afresh for each call, in a thread with a 10 s limit.

    What follows from that and is kept: top-level names (imports, constants, helpers, the tool itself) are out of
    reach inside the tool, which sees the releasing module's globals instead; a tool that ends its thread gives None;
    the text of a timeout quotes the tool's source.
    """

    def __init__(self, limit_s: float = 10.0) -> None:
        self.limit_s = limit_s
        released = {"json": json, "sha256": sha256, "sleep": sleep, "deepcopy": deepcopy}
        self._globals: dict[str, Any] = {"__name__": "utils.utils", "answer_verify": matches, **released}
        self._timeouts: dict[str, str] = {}

    def __call__(self, name: str, arguments: Any, code: str) -> str | None:
        call = f"(args={(name, arguments, code)!r}) (kwargs={{}})"
        if call in self._timeouts:  # a call that ran into the limit once is not waited for again
            raise TimeoutError(self._timeouts[call])
        result: list[str] = []
        failure: list[Exception] = []

        def target() -> None:
            try:
                result.append(_call_tool(name, arguments, code, self._globals))
            except Exception as error:
                failure.append(error)
            except BaseException:  # SystemExit and the like end the thread and leave no result
                pass

        thread = threading.Thread(target=target, daemon=True)
        thread.start()
        thread.join(self.limit_s)
        if thread.is_alive():
            _stop(thread)
            self._timeouts[call] = f"Function call_function {call} timed out after {self.limit_s:f} seconds.\n"
            raise TimeoutError(self._timeouts[call])
        if failure:
            raise failure[0]
        return result[0] if result else None


def _call_tool(name: str, arguments: Any, code: str, module: dict[str, Any]) -> str:
    parameters = {"name": name, "arguments": arguments, "code": code, "kwargs": {}}
    scope: dict[str, Any] = dict(parameters)
    exec(code, module, scope)
    # In the released function these are local variables, so a tool of such a name is hidden or unbound.
    scope.update(parameters)
    scope.pop("predict", None)
    return feedback_text(eval(name, module, scope)(**arguments))


def _stop(thread: threading.Thread) -> None:
    for _ in range(20):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit))
        thread.join(0.1)
        if not thread.is_alive():
            return


def outcome(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The result, or {"raises": exception class}, as golden cases write it."""
    try:
        return function(*args, **kwargs)
    except FtrlGymError:
        raise
    except Exception as error:
        return {"raises": type(error).__name__}


def _parsed(parse: Callable[..., ParsedTurn], *args: Any, **kwargs: Any) -> Any:
    turn = outcome(parse, *args, **kwargs)
    if isinstance(turn, ParsedTurn):
        return {"content": turn.content, "tool_calls": [call._asdict() for call in turn.calls]}
    return turn


def check_reward(case: Case, tools: dict[str, str], execute: ReleasedExecutor) -> Iterator[tuple[str, Any, Any]]:
    """Yields (what, expected, got) for each field of the case."""
    expected = case["expected"]
    codes = {name: tools[name] for name in case["tools"]}
    for short, scheme in SCHEMES.items():
        unsolved = deepcopy(case["unsolved_set"])
        rest = (case["solve_rate"], case["split"], case["answer"], execute)
        yield short, expected[short], outcome(reward, scheme, case["response"], codes, unsolved, *rest)
        if short == "f1":
            yield "unsolved_after", expected["unsolved_after"], unsolved
    text = cut_end_tokens(case["response"])
    yield "parsed", expected["parsed"], _parsed(parse_qwen, text)
    texts: Any = None
    if calls := parse_qwen(text).calls:
        texts = list(feedback(calls, codes, execute))
        for index in case["interpreter_text"]:
            if index < len(texts):
                texts[index] = expected["feedback"][index]
    yield "feedback", expected["feedback"], texts


def check_parse_qwen(case: Case, *_: Any) -> Iterator[tuple[str, Any, Any]]:
    """Both variants of the Qwen parser."""
    yield "qwen", case["qwen"], _parsed(parse_qwen, case["text"])
    yield "one tool only", case["qwen_one_tool_only"], _parsed(parse_qwen, case["text"], one_tool_only=True)


def check_parse_llama(case: Case, *_: Any) -> Iterator[tuple[str, Any, Any]]:
    """The Llama 3.1 parser."""
    yield "llama31", case["llama31"], _parsed(parse_llama31, case["text"])


def check_verify(case: Case, *_: Any) -> Iterator[tuple[str, Any, Any]]:
    """Answer matching."""
    yield "result", case["result"], outcome(matches, case["golden"], case["predict"])


def check_episode(case: Case, tools: dict[str, str], execute: ReleasedExecutor) -> Iterator[tuple[str, Any, Any]]:
    """A scripted evaluation episode and the training samples taken from the same script."""

    def play(function: Callable[..., Any]) -> Any:
        script = iter(case["script"])

        def policy(_: object) -> str:
            return next(script, "")

        codes = {name: tools[name] for name in case["tools"]}
        start = [{"role": "user", "content": case["question"]}]
        return outcome(function, start, codes, deepcopy(case["unsolved_set"]), policy, execute, case["max_turns"])

    expected, episode, samples = case["expected"], play(run_episode), play(prefix_samples)
    if "raises" in expected or isinstance(episode, dict):
        yield "episode", {"raises": expected.get("raises")}, episode
    else:
        yield "metrics", expected["metrics"], episode.metrics._asdict()
        yield "turns_used", expected["turns_used"], episode.turns
        yield "messages", expected["messages"], episode.messages
    if not isinstance(samples, dict):
        samples = [
            {"n_messages": len(s.messages), "unsolved_set": s.unsolved, "solve_rate": s.solve_rate} for s in samples
        ]
    yield "prefix_samples", expected["prefix_samples"], samples


CHECKS: dict[str, Callable[..., Iterator[tuple[str, Any, Any]]]] = {
    "reward": check_reward,
    "parse_qwen": check_parse_qwen,
    "parse_llama31": check_parse_llama,
    "answer_verify": check_verify,
    "episodes": check_episode,
}


def _same(expected: Any, got: Any) -> bool:
    return json.dumps(expected, sort_keys=True) == json.dumps(got, sort_keys=True, default=repr)


def run(folder: Path, report: Callable[[str], None]) -> tuple[int, int]:
    """Checks every case of the folder; returns (passed, failed). Raises UsageError for what cannot be read."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is no directory. Give the one that holds tools.json and the golden *.jsonl files.")
    files = [folder / f"{name}.jsonl" for name in CHECKS if (folder / f"{name}.jsonl").is_file()]
    if not files:
        raise UsageError(f"{folder} holds none of: {', '.join(f'{name}.jsonl' for name in CHECKS)}")
    tools: dict[str, str] = {}
    if any(path.stem in ("reward", "episodes") for path in files):
        tools = _read_json(folder / "tools.json")
    passed, failed, execute = 0, 0, ReleasedExecutor()
    for path in files:
        before = (passed, failed)
        for place, case in _read_cases(path):
            try:
                with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):  # tools may print
                    wrong = [check for check in CHECKS[path.stem](case, tools, execute) if not _same(*check[1:])]
            except (KeyError, IndexError) as error:
                raise UsageError(f"{place}: the case names or lacks {error}; see the README of the cases") from error
            passed, failed = passed + (not wrong), failed + bool(wrong)
            for what, expected, got in wrong:
                report(f"{place} {case['id']}: {what}: expected {expected!r:.300}, got {got!r:.300}")
        print(f"{path.name}: {passed - before[0]} passed, {failed - before[1]} failed")
    return passed, failed


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {error}") from error


def _read_cases(path: Path) -> Iterator[tuple[str, Case]]:
    try:
        lines = path.read_bytes().decode("utf-8").split("\n")  # not splitlines: texts may hold U+2028
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {error}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                case = json.loads(line)
            except ValueError as error:
                raise UsageError(f"{path.name}:{number}: no JSON ({error}); is the file truncated?") from error
            if not isinstance(case, dict) or "id" not in case:
                raise UsageError(f"{path.name}:{number}: a case is an object with an id, this is {line[:60]!r}")
            yield f"{path.name}:{number}", case


def main() -> int:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(description="Compare FTRL scoring with golden cases of the released functions.")
    parser.add_argument("dir", type=Path, metavar="DIR", help="folder of golden cases")
    parser.add_argument("--all", action="store_true", help="print every mismatch, not only the first 20")
    options = parser.parse_args()
    mismatches: list[str] = []
    try:
        passed, failed = run(options.dir, mismatches.append)
    except FtrlGymError as error:
        print(f"ftrl_conformance: {error}", file=sys.stderr)
        return 2
    for line in mismatches if options.all else mismatches[:20]:
        print(line)
    if len(mismatches) > 20 and not options.all:
        print(f"… and {len(mismatches) - 20} more; --all shows them")
    print(f"{passed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
