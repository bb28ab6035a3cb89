"""The independent check of a task whose results carry no facts: can every sub-answer be found blindly?

Documents of tasks that a language model wrote do not say which field of a result is what, so there is nothing to reason
with: the search fills parameters with what the question says and what earlier results brought, the likeliest first, and
calls whatever fits, until nothing is new. It knows the question, the documents and the feedback; the sub-answers are
looked at last, to compare. Then the final answer has to follow from them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ftrl_gym import parameters
from ftrl_gym.answers import fold, right
from ftrl_gym.execution import Toolbox, ToolFailure
from ftrl_gym.goal import Goal, call_key
from ftrl_gym.grounding import tokens
from ftrl_gym.likeliest_first import likeliest_first
from ftrl_gym.parameters import Leaf
from ftrl_gym.question_values import read
from ftrl_gym.task import Answer, AnswerType, Json, Task
from ftrl_gym.toolcall import Checker
from ftrl_gym.tooldoc import ToolDocument

MOST_CALLS = 3000
"""The search gives up after so many calls."""
_A_ROUND = 250
"""At most so many calls of one tool in a round."""
_A_LEAF = 48
"""At most so many values are tried in one place."""
_ROUNDS = 8
_NO_DAY = "2000-01-01"


def confirm_blind(task: Task, documents: Sequence[ToolDocument], toolbox: Toolbox) -> str:
    """Why a task is refused; empty if it is confirmed.

    Args:
        task: Whose sub-questions have answers and no facts.
        documents: Those offered.
        toolbox: Runs the tools.
    """
    found = BlindSearch(task, documents, toolbox).run()
    for sub in task.sub_questions:
        if sub.id not in found:
            return (
                f"{sub.id}: no call that the question and earlier results suggest tells {str(sub.answer.value)[:60]!r}"
            )
    answer = task.outcome.answer
    if answer is None or not task.outcome.earned_by:
        return "the answer is earned by no sub-question, so that a guess would be paid"
    earning = {sub.id: sub.answer for sub in task.sub_questions if sub.id in task.outcome.earned_by}
    schemas = {document.name: document.parameters for document in documents}
    given = {
        solved: [one.value for one in parameters.given(schemas[call.tool], call.arguments)]
        for plan in task.plans
        for call in plan.calls()
        for solved in call.solves
    }
    if not follows_from(answer, earning, given):
        return f"the answer {str(answer.value)[:60]!r} does not follow from the answers of the sub-questions"
    return ""


# --- the search ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """A value that may be given to a tool, and under which name it came."""

    value: Json
    name: str
    rank: int


@dataclass
class BlindSearch:
    """One search over one task."""

    task: Task
    documents: Sequence[ToolDocument]
    toolbox: Toolbox
    calls: int = 0
    """Made so far."""
    _known: dict[str, _Known] = field(default_factory=dict)
    _tried: set[str] = field(default_factory=set)

    def run(self) -> frozenset[str]:
        """The sub-questions whose answers some call told."""
        goal = Goal.of(self.task, self.documents)
        names = {group: [sub.id for sub in subs] for group, subs in enumerate(goal.groups)}
        self._hear(self.task.question)
        checkers = {document.name: Checker(document) for document in self.documents}
        solved: set[int] = set()
        for _ in range(_ROUNDS):
            before = len(self._tried)
            for document in self.documents:
                for arguments, result in self._explored(document, checkers[document.name]):
                    # equal answers need a call each, as in an episode: what was found stays found
                    solved |= goal.delivered(document.name, arguments, result, solved)
                    self._learn(result)
                if len(solved) == len(goal.groups):
                    return frozenset(sub for group in solved for sub in names[group])
            if len(self._tried) == before or self.calls >= MOST_CALLS:
                break
        return frozenset(sub for group in solved for sub in names[group])

    def _explored(self, document: ToolDocument, checker: Checker) -> Iterator[tuple[dict[str, Json], Json]]:
        """Calls of a tool that were not refused, with their results; what they need first, then with options."""
        worked: list[dict[str, tuple[Json, ...]]] = []
        likeliest: list[dict[str, tuple[Json, ...]]] = []
        for values in itertools.islice(self._fillings(_needed(document), document), _A_ROUND):
            likeliest += [values] if len(likeliest) < 6 else []
            for arguments, result in self._call(document, checker, values):
                worked.append(values)
                yield arguments, result
        optional = [leaf for leaf in document.leaves if not any(leaf.path == n.path for n in document.needed)]
        for values in worked[:12] or likeliest:  # some tools find nothing without an option
            for more in itertools.islice(self._options(optional), 40):
                yield from self._call(document, checker, {**values, **more})

    def _call(
        self, document: ToolDocument, checker: Checker, values: Mapping[str, Sequence[Json]]
    ) -> Iterator[tuple[dict[str, Json], Json]]:
        arguments = parameters.assembled(document.parameters, values)
        key = call_key(document.name, arguments)
        if key in self._tried or self.calls >= MOST_CALLS:
            return
        self._tried.add(key)
        if not checker.fits(arguments):
            return
        self.calls += 1
        try:
            result = self.toolbox.run(document.name, checker.typed(arguments), None)
        except ToolFailure:
            return
        if not (isinstance(result, dict) and "error" in result):
            yield checker.canonical(arguments), result

    def _fillings(
        self, leaves: Iterable[tuple[Leaf, ...]], document: ToolDocument
    ) -> Iterator[dict[str, tuple[Json, ...]]]:
        """Ways to fill these places, the likeliest together first."""
        for needed in leaves:
            if not needed:
                yield {}
                continue
            most = max(4, int(4000 ** (1 / len(needed))))
            pools = [list(itertools.islice(self._values(leaf), min(most, _A_LEAF))) for leaf in needed]
            for at in itertools.islice(likeliest_first([len(pool) for pool in pools]), 4 * _A_ROUND):
                values = {leaf.path: pool[i] for leaf, pool, i in zip(needed, pools, at, strict=True)}
                if call_key(document.name, parameters.assembled(document.parameters, values)) not in self._tried:
                    yield values

    def _options(self, optional: Sequence[Leaf]) -> Iterator[dict[str, tuple[Json, ...]]]:
        """Options to call with as well: what the question says first, then each by itself, then two."""
        likely = [(leaf, list(itertools.islice(self._values(leaf), 4))) for leaf in optional]
        said = {leaf.path: values[0] for leaf, values in likely if values and self._says(leaf, values[0])}
        if said:
            yield said
        single = [{leaf.path: value} for leaf, values in likely for value in values]
        yield from single
        for one, other in itertools.combinations(single, 2):
            if one.keys() != other.keys():
                yield {**one, **other}

    def _says(self, leaf: Leaf, values: tuple[Json, ...]) -> bool:
        question = tokens(self.task.question)
        if values == (True,):
            return any(f" {word} " in question for word in _words(leaf.name) if len(word) > 3)
        return all(not isinstance(value, bool) and tokens(str(value)) in question for value in values)

    def _values(self, leaf: Leaf) -> Iterator[tuple[Json, ...]]:
        """What may stand in a place, the likeliest first; in a list also several together."""
        question = tokens(self.task.question)
        if leaf.choices:
            said = sorted(leaf.choices, key=lambda one: not _mentioned(one, question))
            yield from ((one,) for one in said)
            if leaf.many:
                named = tuple(one for one in leaf.choices if _mentioned(one, question))
                yield from ((named,) if len(named) > 1 else ())
            return
        kind = leaf.schema.get("type", "string")
        if kind == "boolean":
            yield from ((True,), (False,))
            return
        if leaf.in_parts:
            yield from ((parameters.in_parts(day),) for day in self._days())
            return
        about = {*_words(leaf.name), *_words(leaf.about)}
        fitting = [known for known in self._known.values() if _fits(known.value, str(kind), leaf)]
        fitting.sort(key=lambda known: (_distance(known, leaf.name, about), known.rank))
        if leaf.many:
            yield from self._together(fitting)
        yield from ((known.value,) for known in fitting)

    def _together(self, fitting: Sequence[_Known]) -> Iterator[tuple[Json, ...]]:
        """Values of one name, all of them and two by two."""
        by_name: dict[str, list[Json]] = {}
        for known in fitting:
            if known.rank < _NGRAM:
                by_name.setdefault(known.name, []).append(known.value)
        for values in by_name.values():
            if len(values) > 1:
                yield tuple(values[:20])
                yield from itertools.islice(itertools.combinations(values, 2), 10)

    def _days(self) -> list[str]:
        return [str(known.value) for known in self._known.values() if parameters.is_day(known.value)]

    def _hear(self, question: str) -> None:
        named = read(question, _NO_DAY)
        for value in (*named.names, *named.dates, *named.times, *named.numbers):
            self._note(value, "", _NAMED)
        for quoted in re.findall(r"[\"“‘']([^\"“”‘’']{2,80})[\"”’']", question):
            self._note(quoted, "", _NAMED)
        spoken = re.findall(r"[^\s,;?!()\"“”]+", question)
        for length in (1, 2, 3, 4):
            for start in range(len(spoken) - length + 1):
                self._note(" ".join(spoken[start : start + length]).strip(".:'’"), "", _NGRAM + length)

    def _learn(self, result: Json, name: str = "") -> None:
        if isinstance(result, dict):
            for key, inner in result.items():
                self._learn(inner, str(key))
        elif isinstance(result, list):
            for inner in result[:50]:
                self._learn(inner, name)
        elif result is not None and not isinstance(result, bool) and len(str(result)) <= 80:
            self._note(result, name, _RESULT)

    def _note(self, value: Json, name: str, rank: int) -> None:
        key = f"{type(value).__name__} {value} {name}"
        if key not in self._known and value != "":
            self._known[key] = _Known(value, name, rank)


_NAMED, _RESULT, _NGRAM = 1, 2, 10


def _needed(document: ToolDocument) -> list[tuple[Leaf, ...]]:
    """The places that a call has to fill, for each of the tool's alternatives."""
    required = document.parameters.get("required", ())
    schemas = [{**document.parameters, "required": [*required, *names]} for names in document.alternatives or ((),)]
    return [tuple(leaf for leaf in parameters.leaves(schema) if leaf.required) for schema in schemas]


def _words(text: str) -> list[str]:
    """The words of a name, however it is written.

    >>> _words("ferryName_id")
    ['ferry', 'name', 'id']
    """
    return tokens(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)).split()


def _mentioned(member: Json, question: str) -> bool:
    spoken = tokens(str(member))
    return spoken in question or (len(spoken) > 4 and spoken.rstrip()[:-1] in question)


def _fits(value: Json, kind: str, leaf: Leaf) -> bool:
    if kind == "integer":
        return isinstance(value, int)
    if kind == "number":
        return isinstance(value, int | float)
    if kind == "string" and not isinstance(value, str):
        return False
    pattern = leaf.schema.get("pattern")
    if isinstance(pattern, str) and not re.search(pattern, str(value)):
        return False
    return leaf.schema.get("format") != "date" or parameters.is_day(value)


def _distance(known: _Known, name: str, about: set[str]) -> int:
    """How unlikely a value is meant for a parameter, by the names of both."""
    if known.name == name:
        return 0
    if "date" in about and parameters.is_day(known.value):
        return 1
    shared = set(_words(known.name)) & (set(_words(name)) | about) - {"id", "name", "the", "of", "a"}
    return 1 if shared or known.rank == _NAMED else 2 if known.rank < _NGRAM else 3


# --- the final answer ------------------------------------------------------------------------------------------------


def follows_from(answer: Answer, subs: Mapping[str, Answer], given: Mapping[str, Sequence[Json]] | None = None) -> bool:
    """Whether an answer can be had from the answers of sub-questions: it is one of them, the list of them, their
    sum, difference, product, mean, least, most or number, whether one is more than another, or whose is most.

    Args:
        answer: The final one.
        subs: Sub-question -> its answer.
        given: Sub-question -> values that its call gives: what its answer is of.

    >>> fee = {n: Answer(type=AnswerType.NUMBER, value=n) for n in (3, 5)}
    >>> [follows_from(Answer(type=AnswerType.NUMBER, value=n), {str(k): v for k, v in fee.items()}) for n in (8, 2, 7)]
    [True, True, False]
    """
    own = list(subs.values())
    said = f"{answer.value} {answer.unit or ''}".strip()
    if any(right(one, said) or right(answer, str(one.value)) for one in own):
        return True
    if answer.type is AnswerType.YES_NO:
        return len(own) > 1 or any(one.type is not AnswerType.NAME for one in own)
    if answer.type is AnswerType.LIST:
        parts = [part for one in own for part in (one.value if isinstance(one.value, list) else [one.value])]
        known = {fold(str(part)) for part in parts}
        return isinstance(answer.value, list) and all(fold(str(part)) in known for part in answer.value)
    if answer.type in (AnswerType.NUMBER, AnswerType.MONEY):
        figures = [float(one.value) for one in own if one.type in (AnswerType.NUMBER, AnswerType.MONEY)]
        lists = [len(one.value) for one in own if isinstance(one.value, list)]
        return any(abs(made - float(answer.value)) < 0.005 for made in _worked_out(figures, lists))
    return _is_whose(answer, subs, given or {}) or any(
        isinstance(one.value, list) and any(right(answer, str(part)) for part in one.value) for one in own
    )


def _worked_out(figures: Sequence[float], lists: Sequence[int]) -> Iterator[float]:
    yield from lists
    yield from (float(sum(lists)),)
    for size in range(2, len(figures) + 1):
        for some in itertools.combinations(figures[:8], size):
            yield sum(some)
            yield sum(some) / size
    for one, other in itertools.permutations(figures[:8], 2):
        yield one - other
        yield one * other
        if other:
            yield one / other
            yield 100 * one / other
            yield 100 * (one - other) / other


def _is_whose(answer: Answer, subs: Mapping[str, Answer], given: Mapping[str, Sequence[Json]]) -> bool:
    """Whether the answer names the one whose sub-answer is the least or the most of all."""
    values: dict[str, Any] = {name: one.value for name, one in subs.items() if one.type in _ORDERED}
    if len(values) < 2 or len({type(value) in (int, float) for value in values.values()}) > 1:
        return False
    picked = {min(values, key=values.__getitem__), max(values, key=values.__getitem__)}
    return any(right(answer, str(value)) for name in picked for value in given.get(name, ()))


_ORDERED = (AnswerType.NUMBER, AnswerType.MONEY, AnswerType.DATE, AnswerType.TIME)
