"""What a policy sees of an episode, in order: the tools, the question, and what came of each call."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ftrl_gym import parameters
from ftrl_gym.baselines.masking import Mention, mentions
from ftrl_gym.baselines.tables import Row, tables
from ftrl_gym.baselines.words import stems
from ftrl_gym.parameters import Leaf
from ftrl_gym.policies import call_text
from ftrl_gym.task import Json

Call = tuple[str, dict[str, Json]]
"""Tool and arguments."""

_TODAY = re.compile(r"Today is (\d{4}-\d\d-\d\d)")
_EXACTLY_ONE = re.compile(r" Give exactly one of ([^.]+)\.$")
_LOOKS = frozenset("get list find search look lookup show fetch read query check compare count estimate view".split())  # noqa: SIM905
_DOES = re.compile(
    r"(?:^|[.:;] )(?:[A-Z][a-z]+s|Has) (?:up |on |off |out |back |in |down )?(?:an?|the|what|how|more)\b"
)


@dataclass(frozen=True)
class Tool:
    """A tool by its document in OpenAI's format."""

    name: str
    description: str
    schema: dict[str, Any]

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """The places of single values among its parameters."""
        return parameters.leaves(self.schema)

    @cached_property
    def ways(self) -> tuple[tuple[Leaf, ...], ...]:
        """What a call must give, for each of its alternatives."""
        said = _EXACTLY_ONE.search(self.description)
        sets = [re.findall(r"\w+", one) for one in re.findall(r"\([^)]*\)|\w+", said[1])] if said else [[]]
        sets = [[name for name in names if name != "and"] for names in sets if names != ["and"]]
        required = self.schema.get("required", ())
        return tuple(
            tuple(leaf for leaf in parameters.leaves({**self.schema, "required": [*required, *names]}) if leaf.required)
            for names in sets
        )

    @cached_property
    def more(self) -> dict[str, Json]:
        """Arguments that make a result tell all it can: whatever may be included is."""
        properties = self.schema.get("properties", {})
        return {
            name: True
            for name, inner in properties.items()
            if name.startswith("include_") and inner.get("type") == "boolean" and inner.get("default") is False
        }

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """Stems of its name, description, parameters and their choices."""
        said = [self.name, self.name, self.description, self.description]
        for leaf in self.leaves:
            said += [leaf.path, *map(str, leaf.choices)]
        return tuple(stem for text in said for stem in stems(text))

    @cached_property
    def looks(self) -> bool:
        """Whether it seems only to look, by its name and description."""
        return stems_of_name(self.name)[0] in _LOOKS or not _DOES.search(self.description)


def stems_of_name(name: str) -> list[str]:
    """The words of a tool's name, lower-case."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)] or [name]


@dataclass(frozen=True)
class Result:
    """What came of one call."""

    call: Call
    value: Json
    """The result; None where it failed."""
    error: str | None

    @cached_property
    def tables(self) -> dict[str, list[Row]]:
        """Its rows by path."""
        return {} if self.error is not None else tables(self.value)


class Sight:
    """All that was seen so far in an episode.

    Args:
        info: Of ``reset``.
    """

    def __init__(self, info: dict[str, Any]) -> None:
        system, question = info["messages"][0]["content"], info["messages"][-1]["content"]
        today = _TODAY.search(system)
        self.today = today[1] if today else "2000-01-01"
        self.system: str = system
        self.said: list[str] = [question]
        """The question, and what the user said after it."""
        self.tools: dict[str, Tool] = {}
        for each in info["tools"]:
            about = each["function"]
            self.tools[about["name"]] = Tool(about["name"], about.get("description", ""), about.get("parameters", {}))
        self.results: list[Result] = []
        self._made: list[Call] = []
        self._last = 0
        self._named: tuple[str, list[Mention]] | None = None

    @property
    def question(self) -> str:
        """All that the user has said."""
        return " ".join(self.said)

    @cached_property
    def choices(self) -> frozenset[str]:
        """The members of the closed vocabularies of parameters that name no fields of a result, lower-case."""
        found = (leaf for tool in self.tools.values() for leaf in tool.leaves)
        return frozenset(
            choice.lower().replace("_", " ")
            for leaf in found
            for choice in leaf.choices
            if isinstance(choice, str) and leaf.name not in _SHAPES and choice not in ("any", "all", "none")
        )

    def mentions(self) -> list[Mention]:
        """What the user has named."""
        text = self.question
        if self._named is None or self._named[0] != text:
            self._named = text, mentions(text, self.today, self.choices)
        return self._named[1]

    def last(self) -> list[Result]:
        """The results of the last turn."""
        return self.results[len(self.results) - self._last :]

    def make(self, calls: Sequence[Call]) -> str:
        """The turn that makes some calls, which are remembered until their feedback is seen."""
        self._made = list(calls)
        return call_text(calls)

    def note(self, info: dict[str, Any]) -> None:
        """Takes in what the last turn led to: ``info`` of ``step``."""
        before = len(self.results)
        fed = [message for message in info["messages"] if message["role"] == "tool"]
        self.said += [message["content"] for message in info["messages"] if message["role"] == "user"]
        for call, message in zip(self._made, fed, strict=False):
            try:
                value = json.loads(message["content"])
            except ValueError:
                value = message["content"]
            error = value.get("error") if isinstance(value, dict) and set(value) == {"error"} else None
            self.results.append(Result(call, None if error is not None else value, error))
        self._made = []
        self._last = len(self.results) - before


_SHAPES = frozenset("fields exclude sort_by sort_desc field_order number_text date_text".split())  # noqa: SIM905
"""Parameters that say how a result looks."""
