"""Policies that need no model: the oracle, random, silent and scripted ones.

They measure an environment rather than learn in it: the oracle shows that the whole reward can be had, the others
what is paid for no skill. They write the dialect of their environment. The cheating ones are in
:mod:`ftrl_gym.probes`; language models are in ``agents/``.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any

from ftrl_gym.parameters import alternatives, in_parts, is_date_in_parts
from ftrl_gym.prompt import to_json
from ftrl_gym.task import Answer, AnswerType, Outcome, OutcomeKind, PlanTurn, Task
from ftrl_gym.toolcall import Dialect
from ftrl_gym.trajectory import Policy

__all__ = ["DoNothing", "Oracle", "Policy", "Random", "Scripted", "answer_text", "call_text", "mentions"]

DONE = "It is done."
"""How the policies here end a task that asks for no answer."""
_TAG = re.compile("<(?=[/a-zA-Z])")


def call_text(calls: Sequence[tuple[str, dict[str, Any]]], dialect: Dialect = Dialect.HERMES) -> str:
    """One assistant turn that makes the calls.

    >>> print(call_text([("get_city", {"name": "Oslo"})]))
    <tool_call>
    {"name": "get_city", "arguments": {"name": "Oslo"}}
    </tool_call>
    >>> print(call_text([("get_city", {"name": "Oslo"}), ("list_cities", {})], Dialect.PYTHONIC))
    [get_city(name='Oslo'), list_cities()]
    """
    if dialect is Dialect.LLAMA3:
        return "; ".join(to_json({"name": name, "parameters": arguments}) for name, arguments in calls)
    if dialect is Dialect.PYTHONIC:
        written = (f"{name}({', '.join(f'{key}={value!r}' for key, value in given.items())})" for name, given in calls)
        return f"[{', '.join(written)}]" if calls else ""
    # An argument may hold a tag, such as the one that ends a call; in JSON, "<" stands only inside strings.
    blocks = (_TAG.sub(r"\\u003c", to_json({"name": name, "arguments": arguments})) for name, arguments in calls)
    return "\n".join(f"<tool_call>\n{block}\n</tool_call>" for block in blocks)


def answer_text(answer: Answer) -> str:
    """The answer as one would say it, in its tag.

    >>> answer_text(Answer(type=AnswerType.MONEY, value=90, unit="EUR"))
    '<answer>90 EUR</answer>'
    """
    if answer.type is AnswerType.YES_NO:
        said = "yes" if answer.value else "no"
    elif isinstance(answer.value, list):
        said = ", ".join(map(str, answer.value))
    else:
        said = str(answer.value)
    return f"<answer>{said}{f' {answer.unit}' if answer.unit else ''}</answer>"


class Oracle:
    """Follows a certified plan, then ends as the outcome asks.

    Args:
        plan: Which of the task's plans.
    """

    def __init__(self, plan: int = 0) -> None:
        self.plan = plan
        self._texts: list[str] = []

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Reads the plan."""
        task: Task = env.task
        turns = task.plans[self.plan].turns if task.plans else ()
        self._texts = [*(plan_text(turn, env.dialect) for turn in turns), ending_text(task.outcome)][::-1]

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next turn of the plan; the ending, again and again, once it is through."""
        return self._texts.pop() if len(self._texts) > 1 else self._texts[0]


def plan_text(turn: PlanTurn, dialect: Dialect = Dialect.HERMES) -> str:
    """What an assistant writes to take this turn of a plan."""
    calls = call_text([(call.tool, call.arguments) for call in turn.calls], dialect)
    if calls and dialect is not Dialect.HERMES:  # the others have no room for words beside calls
        return calls
    return f"{turn.say}\n{calls}".strip() if turn.say else calls


def ending_text(outcome: Outcome) -> str:
    """The right last message."""
    if outcome.answer is not None:
        return answer_text(outcome.answer)
    if outcome.kind is OutcomeKind.CLARIFY:
        return "Could you give me the missing detail?"
    return DONE


class DoNothing:
    """Says that it has nothing to say: the floor of every task."""

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Nothing."""

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """Always the same words."""
        return "I do not know."


class Scripted:
    """Says the given texts in order, then the last one for ever. For tests and demonstrations."""

    def __init__(self, texts: Sequence[str]) -> None:
        assert texts, "a script needs a line"
        self.texts = tuple(texts)
        self._next = 0

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Back to the first line."""
        self._next = 0

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next line."""
        text = self.texts[min(self._next, len(self.texts) - 1)]
        self._next += 1
        return text


class Random:
    """Makes valid calls with values it has seen in the text, and answers one of them after a while.

    Args:
        seed: Of all its choices; with the task's id it fixes the whole episode.
        stop: Probability that a turn is an answer.
    """

    def __init__(self, seed: int = 0, stop: float = 0.2) -> None:
        self.seed, self.stop = seed, stop

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Reads the documents and the question."""
        self._random = random.Random(f"{self.seed}/{info['task_id']}")
        self._dialect = env.dialect
        self._tools = [(document.name, document.parameters) for document in env.documents]
        self._seen: list[str] = mentions(info["messages"][-1]["content"])

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """An answer or one to three calls."""
        new = [mention for message in info["messages"] for mention in mentions(message["content"])]
        self._seen = list(dict.fromkeys([*self._seen, *new]))
        rng = self._random
        if not self._tools or rng.random() < self.stop:
            return f"<answer>{rng.choice(self._seen or ['42'])}</answer>"
        chosen = [rng.choice(self._tools) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
        calls = [(name, random_arguments(schema, self._seen, rng)) for name, schema in chosen]
        return call_text(calls, self._dialect)


def random_arguments(schema: dict[str, Any], seen: Sequence[str], rng: random.Random) -> dict[str, Any]:
    """Arguments that satisfy an object schema: all required ones, one of its alternatives, and half of the others."""
    required, sets = {*schema.get("required", ())}, alternatives(schema)
    left_out = {name for names in sets for name in names}
    if sets:
        chosen = rng.choice(sets)
        required.update(chosen)
        left_out.difference_update(chosen)
    properties = {name: inner for name, inner in schema.get("properties", {}).items() if name not in left_out}
    return {n: _value(s, seen, rng) for n, s in properties.items() if n in required or rng.random() < 0.5}


def _value(schema: dict[str, Any], seen: Sequence[str], rng: random.Random) -> Any:
    if "enum" in schema:
        return rng.choice(schema["enum"])
    kind = schema.get("type", "string")
    if kind == "boolean":
        return rng.random() < 0.5
    if kind in ("integer", "number"):
        low, high = schema.get("minimum", 0), schema.get("maximum", 1_000_000)
        numbers = [float(v) for v in seen if re.fullmatch(r"\d+(\.\d+)?", v) and low <= float(v) <= high]
        number = rng.choice(numbers or [low, min(low + 1, high)])
        return int(number) if kind == "integer" or number == int(number) else number
    if kind == "array":
        length = max(1, schema.get("minItems", 1))
        return [_value(schema.get("items", {}), seen, rng) for _ in range(length)]
    if kind == "object":
        days = [value for value in seen if _DAY.fullmatch(value)] if is_date_in_parts(schema) else []
        return in_parts(rng.choice(days)) if days else random_arguments(schema, seen, rng)
    if "pattern" in schema and re.search(schema["pattern"], "7"):  # a number as text
        return rng.choice([value for value in seen if re.search(schema["pattern"], value)] or ["7"])
    return rng.choice(seen or ["?"])


_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WORD = r"[^\W\d_a-z][^\W\d_]*(?:['’.-][^\W\d_]+)*(?!\w)"
_MENTION = re.compile(
    r"\d{4}-\d\d-\d\d"  # a date
    r"|\b(?=[\w-]*\d)[A-Z][\w-]*\w"  # a code: letters and digits
    r"|\b[A-Z]{2,}[A-Z0-9]*\b"  # an airport, a currency
    rf"|\b{_WORD}(?: (?:(?:de|da|del|von|van|of|the|al) )?{_WORD})*"  # a proper name
    r"|\b\d+(?:\.\d+)?\b"
)


def mentions(text: str) -> list[str]:
    """What looks like a name, a code, a date or a number in a text, each once, in order of appearance.

    >>> mentions("Does KX482 leave Porto on 2026-05-12 for Anna Berg's 2 bags?")
    ['Does', 'KX482', 'Porto', '2026-05-12', 'Anna Berg', '2']
    """
    found = (re.sub(r"['’]s$|[.'’-]+$", "", match.group()) for match in _MENTION.finditer(text))
    return list(dict.fromkeys(found))
