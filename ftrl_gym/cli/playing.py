"""``ftrl-gym play``: a person is the policy. What they type becomes the text a model would have written."""

from __future__ import annotations

import argparse
import difflib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from ftrl_gym.cli.target import bare, console, make, playable
from ftrl_gym.policies import call_text
from ftrl_gym.prompt import Docs
from ftrl_gym.task import Answer
from ftrl_gym.toolcall import Dialect, parse
from ftrl_gym.tooldoc import ToolDocument

HELP = """\
  TOOL PARAMETER=VALUE PARAMETER=VALUE       make a call; values may hold spaces; a list: A, B or ["A", "B"]
  TOOL PARAMETER=VALUE ; TOOL ...            several calls in one turn
  {"name": "TOOL", "arguments": {...}}       the same as a model writes it
  answer 14:35                               end with an answer
  say Which day do you mean?                 speak to the user; ends the task if there is none
  help [TOOL]    the tools, or all of one    quit"""

_ARGUMENT = re.compile(r"(?:^|\s)([A-Za-z_]\w*)=")


class Misunderstood(Exception):
    """A line that is no command; nothing is sent to the environment."""


def run(arguments: argparse.Namespace) -> int:
    """Plays one episode."""
    keywords = {"split": arguments.split} if arguments.split else {}
    env = make(playable(arguments.id), arguments.settings, **keywords)
    out = console()
    options = {"task": arguments.task} if arguments.task else None
    _, info = env.reset(seed=arguments.seed, options=options)
    documents = {document.name: document for document in bare(env).taskset.documents(bare(env).task)}
    out.print(Text(f"Task {info['task_id']} ({info['kind']})", "bold"))
    out.print(Text("\n".join(message["content"] for message in info["messages"][:-1])), style="dim")
    if bare(env).docs is not Docs.SIGNATURE:  # the text above shows those
        _print_tools(out, documents)
    out.print(Text(f"\n{HELP}\n", "dim"))
    out.print(Text(info["messages"][-1]["content"], "bold"))
    total, ended = 0.0, False
    while not ended:
        try:
            line = input("> ").strip()
        except EOFError:
            line = "quit"
        if line in ("quit", "exit", "q"):
            out.print(Text(f"Left the task. Return so far {total:.3f}."))
            return 0
        command, _, rest = line.partition(" ")
        if command in ("help", "?"):
            _help(out, documents, rest.strip())
            continue
        try:
            action = action_text(line, documents, bare(env).dialect)
        except Misunderstood as error:
            out.print(Text(str(error)))
            continue
        _, reward, terminated, truncated, info = env.step(action)
        total, ended = total + float(reward), terminated or truncated
        _print_turn(out, info)
    _print_end(out, bare(env).task.outcome.answer, info, total)
    return 0


def action_text(line: str, documents: Mapping[str, ToolDocument], dialect: Dialect = Dialect.HERMES) -> str:
    """The assistant turn that a typed line stands for.

    Args:
        line: Without surrounding space.
        documents: The tools offered, by name.
        dialect: How calls are written.

    Raises:
        Misunderstood: The line is none of ``HELP``.
    """
    if "<tool_call>" in line or line.startswith("<answer>"):
        return line
    if dialect is not Dialect.HERMES and parse(line, dialect).calls:
        return line
    if line.startswith("{"):
        return f"<tool_call>\n{line}\n</tool_call>"
    command, _, rest = line.partition(" ")
    if command == "answer" and rest:
        return f"<answer>{rest.strip()}</answer>"
    if command == "say" and rest:
        return rest.strip()
    names = "|".join(map(re.escape, documents))
    parts = re.split(rf" ; |;\s*(?=(?:{names})(?:\s|$))", line)  # a semicolon inside a value parts nothing
    return call_text([_call(part.strip(), documents) for part in parts], dialect)


def _call(text: str, documents: Mapping[str, ToolDocument]) -> tuple[str, dict[str, Any]]:
    name, _, rest = text.partition(" ")
    before, bracket, _ = text.partition("(")
    if bracket and before.strip() in documents:  # as a tool is shown: name(parameter="value")
        turn = parse(text, Dialect.PYTHONIC)
        if len(turn.calls) == 1 and turn.calls[0].problem is None:
            return turn.calls[0].name, turn.calls[0].arguments
        name, rest = before.strip(), rest or bracket
    document = documents.get(name)
    if document is None:
        near = difflib.get_close_matches(name, [*documents, "answer", "say", "help", "quit"], n=1)
        raise Misunderstood(
            f"{name!r:.60} is no tool and no command{f'; did you mean {near[0]!r}?' if near else ''}. Try: help"
        )
    starts = list(_ARGUMENT.finditer(rest))
    if rest.strip() and (not starts or rest[: starts[0].start()].strip()):
        raise Misunderstood(f"write {name} PARAMETER=VALUE ...: {document.signature()}")
    ends = [*(start.start() for start in starts[1:]), len(rest)][: len(starts)]
    properties = document.parameters.get("properties", {})
    given = {}
    for start, end in zip(starts, ends, strict=True):
        given[start.group(1)] = _value(rest[start.end() : end].strip(), properties.get(start.group(1), {}))
    return name, given


def _value(text: str, schema: Mapping[str, Any]) -> Any:
    """The typed text as a value of the parameter's type: text stays text, a list may go without brackets and quotes,
    the rest is read as JSON where it is."""
    is_text = schema.get("type", "string") == "string"
    if is_text and not (len(text) > 1 and text[0] == text[-1] == '"'):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if schema.get("type") != "array" or isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [value]
    parts = [part.strip() for part in text.removeprefix("[").removesuffix("]").split(",")]
    return [_value(part, schema.get("items", {})) for part in parts if part]


def _help(out: Console, documents: Mapping[str, ToolDocument], tool: str) -> None:
    if tool in documents:
        out.print(Text(json.dumps(documents[tool].openai()["function"], indent=2, ensure_ascii=False)))
        return
    out.print(Text(HELP))
    _print_tools(out, documents)


def _print_tools(out: Console, documents: Mapping[str, ToolDocument]) -> None:
    for document in documents.values():
        out.print(Text(f"  {document.signature()}"))


def _print_turn(out: Console, info: Mapping[str, Any]) -> None:
    messages: Sequence[Mapping[str, Any]] = info["messages"]
    for message in messages:
        if message["role"] == "tool":
            out.print(Text(f"{message['name']} -> {message['content']}", "cyan"))
        else:
            out.print(Text(message["content"], "bold"))
    score = info["score"]
    out.print(
        Text(f"solved {score['solved']}, calls {score['calls']}, wasted {score['waste']}, F1 {score['f1']:.2f}", "dim")
    )


def _print_end(out: Console, answer: Answer | None, info: Mapping[str, Any], total: float) -> None:
    score = info["score"]
    verdict = "right" if score["outcome"] else "wrong"
    if info["end"] == "turn_limit":
        verdict = "out of turns"
    expected = "" if answer is None else f" The answer was {_said(answer)}."
    out.print(Text(f"\nThe end: {verdict}.{expected}", "bold"))
    out.print(
        Text(
            f"Return {total:.3f} (1 is best): precision {score['precision']:.2f}, recall {score['recall']:.2f}, "
            f"F1 {score['f1']:.2f}, invalid calls {score['invalid']}."
        )
    )


def _said(answer: Answer) -> str:
    """An answer as a person would write it."""
    if isinstance(answer.value, bool):
        return "yes" if answer.value else "no"
    values = answer.value if isinstance(answer.value, list | tuple) else [answer.value]
    return f"{', '.join(map(str, values)) or 'none'}{f' {answer.unit}' if answer.unit else ''}"
