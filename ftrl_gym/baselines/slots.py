"""Slot copying: which of the values seen fit which parameter, by type, form and the words beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ftrl_gym import parameters
from ftrl_gym.baselines.masking import Mention
from ftrl_gym.baselines.sight import Call, Sight, Tool
from ftrl_gym.baselines.words import stems
from ftrl_gym.parameters import Leaf, in_parts, is_day
from ftrl_gym.task import Json

_BEFORE = 3
"""Words before a mention, and one after it, that may say what it is."""
_NAMED = frozenset(stems("name title city airport department airline"))
_NUMBERED = frozenset(stems("id no number code reference key ref"))


@dataclass(frozen=True)
class Value:
    """A value that was seen."""

    value: Json
    about: tuple[str, ...]
    """Stems of the words that say what it is: those around it in the question, or its field's and its tool's."""
    kind: str
    """As of a mention."""
    result: int
    """Number of the result it stands in; -1 for the question."""


def of_question(sight: Sight) -> list[Value]:
    """The values that the user has named; names of several words with and without the first, which may be a title."""
    text, found = sight.question, []
    for each in sight.mentions():
        before = re.split(r"[.?!]", text[: each.start])[-1].split()[-_BEFORE:]
        after = text[each.end :].split(maxsplit=1)[:1]
        about = stems(" ".join([*before, *after]))
        found += [Value(value, about, each.kind, -1) for value in variants(each)]
    return found


def variants(mention: Mention) -> list[Json]:
    """What a mention may mean: a name also without its first word."""
    first, _, rest = mention.text.partition(" ")
    return [mention.value, rest] if mention.kind == "name" and rest and first.isalpha() else [mention.value]


def of_results(sight: Sight, first_row_only: bool = False) -> list[Value]:
    """The values of all results, the latest first."""
    found = []
    for number, result in reversed(list(enumerate(sight.results))):
        tool = stems(result.call[0])
        for path, rows in result.tables.items():
            for row in rows[:1] if first_row_only else rows:
                for field, value in row.items():
                    if value is not None and not isinstance(value, bool) and value != "":
                        about = stems(field.rpartition(".")[2]) or stems(path)
                        found.append(Value(value, (*about, *tool), kind_of(value), number))
    return found


def kind_of(value: Json) -> str:
    """The kind of a value, as of a mention."""
    if not isinstance(value, str):
        return "number"
    if is_day(value):
        return "date"
    return "code" if (any(c.isdigit() for c in value) and " " not in value) or value.isupper() else "name"


def accepts(leaf: Leaf, value: Json) -> bool:
    """Whether a place of a call takes a value, by type and form."""
    kind, schema = leaf.schema.get("type", "string"), leaf.schema
    if leaf.choices or leaf.in_parts:
        return not leaf.choices and is_day(value)
    if kind in ("integer", "number"):
        if isinstance(value, bool) or not isinstance(value, int | float) or (kind == "integer" and value != int(value)):
            return False
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    if kind != "string" or not isinstance(value, str):
        return False
    if schema.get("format") == "date" or _dated(leaf):
        return is_day(value)
    return not is_day(value) and ("pattern" not in schema or re.search(schema["pattern"], value) is not None)


def fit(value: Value, leaf: Leaf) -> float:
    """How well a value goes into a place of a call, 0 for not at all."""
    if not accepts(leaf, value.value):
        return 0.0
    if leaf.in_parts:
        return 2.0
    name, about = _stems_of(leaf)
    shared = len(name & set(value.about)) * 1.5 + len((about - name) & set(value.about)) * 0.7
    if name and name == set(value.about[: len(name)]):
        shared += 1.5
    like = 0.0
    if value.kind in ("code", "name"):
        wanted = "code" if (name | about) & _NUMBERED else "name" if (name | about) & _NAMED else ""
        like = 0.6 if wanted == value.kind else -0.5 if wanted else 0.0
    return max(0.05, 0.5 + shared + like)


def _stems_of(leaf: Leaf) -> tuple[set[str], set[str]]:
    return set(stems(leaf.name)), set(stems(leaf.about))


def _dated(leaf: Leaf) -> bool:
    return leaf.name in ("date", "day") or "YYYY-MM-DD" in leaf.about


def chosen(leaf: Leaf, said: Sequence[str]) -> Json:
    """The member of a closed vocabulary that the words of the question speak for; the default or the first else."""
    words = set(said)

    def share(choice: Json) -> float:
        own = stems(str(choice))
        return sum(word in words for word in own) / len(own) if own else 0.0

    best = max(leaf.choices, key=share)
    return best if share(best) > 0 else leaf.schema.get("default", leaf.choices[0])


def in_place(leaf: Leaf, value: Json) -> Json:
    """The value in the form that the place takes."""
    return in_parts(value) if leaf.in_parts and is_day(value) else value


Option = tuple[float, Json, int]
"""A value for a place of a call: how well it fits, the value, and the number of the result it comes from."""


class Filler:
    """Fills calls with what was seen up to some turn.

    Args:
        values: What was seen.
        said: Stems of all that the user said.
        most: Most values that are considered for one place.
    """

    def __init__(self, values: Sequence[Value], said: Sequence[str], most: int = 3) -> None:
        self._values = list(dict.fromkeys(values))
        self._said, self._most = said, most
        self._known: dict[str, list[Option]] = {}

    def fillings(self, tool: Tool) -> Iterator[tuple[float, dict[str, list[Json]], int]]:
        """Ways to fill what a call of a tool must give.

        Yields:
            How well the values fit on average, the value of each path, and the number of the latest result they come
            from.
        """
        for needed in tool.ways:
            best: list[tuple[float, dict[str, list[Json]], int]] = [(0.0, {}, -1)]
            for leaf in needed:
                best = [
                    (total + score, {**filled, leaf.path: [in_place(leaf, value)]}, max(latest, result))
                    for total, filled, latest in best
                    for score, value, result in self._options(leaf)
                    if not any([value] == other for other in filled.values())
                ]
                best.sort(key=lambda one: -one[0])
                best = best[: self._most**2]
            for total, filled, latest in best:
                yield total / max(1, len(needed)), filled, latest

    def _options(self, leaf: Leaf) -> list[Option]:
        key = repr((leaf.name, leaf.about, leaf.schema.get("type"), leaf.schema.get("pattern"), leaf.choices))
        if key not in self._known:
            self._known[key] = list(self._best(leaf))
        return self._known[key]

    def _best(self, leaf: Leaf) -> Iterator[Option]:
        if leaf.choices:
            yield 1.0, chosen(leaf, self._said), -1
            return
        if leaf.schema.get("type") == "boolean":
            yield 0.5, True, -1
            return
        scored = [(fit(value, leaf), n, value) for n, value in enumerate(self._values)]
        ranked = sorted((one for one in scored if one[0] > 0), key=lambda one: (-one[0], one[1]))
        found: dict[Json, Option] = {}
        for score, _, value in ranked:
            found.setdefault(value.value, (score, value.value, value.result))
            if len(found) == self._most:
                break
        yield from found.values()


def calls_with(tool: Tool, values: Mapping[str, Sequence[Json]]) -> list[Call]:
    """Calls that give these values at these paths: one with all of an array's, else one for each value."""
    given = {
        leaf.path: [in_place(leaf, value) for value in values[leaf.path]] for leaf in tool.leaves if leaf.path in values
    }
    many = {leaf.path for leaf in tool.leaves if leaf.many}
    width = max([1, *(len(some) for path, some in given.items() if path not in many)])
    calls: list[Call] = []
    for n in range(width):
        one = {path: some if path in many else [some[min(n, len(some) - 1)]] for path, some in given.items()}
        call = (tool.name, {**parameters.assembled(tool.schema, one), **tool.more})
        if call not in calls:
            calls.append(call)
    return calls
