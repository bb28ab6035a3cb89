"""Retrieval and slot copying: the tool whose document has most to do with the question, filled with what was seen.

Turn by turn the best call that was not made yet is made, until a result holds a field that is called like what is
asked for, or nothing better is left. No step understands anything: words are counted, and forms are compared.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ftrl_gym import parameters
from ftrl_gym.baselines.masking import masked
from ftrl_gym.baselines.sight import Call, Result, Sight, Tool
from ftrl_gym.baselines.slots import Filler, Value, of_question, of_results
from ftrl_gym.baselines.words import Relevance, stems
from ftrl_gym.policies import DONE
from ftrl_gym.task import Json

_TURNS = 12
"""Most turns with calls."""
_HEAD = 2
"""Words at the start of what is asked that name it."""
_ASKING = frozenset(stems("number name many much long high compare comparing choosing decide difference sum"))
_WIDE = 4
"""Calls of one turn to one tool."""
_YES_OR_NO = re.compile(
    r"(?:^|[.!] )(?:(?:Yes or no: )?(?:is|are|was|does|do|has|did)\b|Am I right|Somebody told me)", re.I
)
_LOOKS_UP = re.compile(
    r"\b(?:what|which|how|is|are|was|does|did|tell|check|look up|looking|know|count|write down|find|compar\w+"
    r"|difference|choos\w+|decide|add|multiply|subtract|need the|right that)\b",
    re.I,
)
_SEVERAL = re.compile(r"\beach of\b|\band (?:of|the|that|those|for|for that)\b|\bare the\b|\brespectively\b", re.I)
_NUMBERS = frozenset(stems("id no number code reference key"))
_MANY = re.compile(r"\b(?:how many|number of those|count)\b", re.I)
_MARK = re.compile(r"<\w+>")
_KEPT_BACK = re.compile(r"\b(?:my|the(?= \w+ (?:I|in question))) (\w+(?: (?!I\b|in\b|for\b|to\b|by\b)\w+)?)")
"""Something that only the user knows."""
_RETRY = re.compile(r"again|retry|repeat", re.I)


@dataclass(frozen=True)
class Guess:
    """A value that may be the answer."""

    score: float
    value: Json
    field: str


class Retrieval:
    """See the module.

    Args:
        first_row: Take values from the first row of a list only.
        seed: Of its whims; with the task's id it fixes the whole episode.
        temperature: How far whims sway it from the best call, in units of a call's score; 0 makes it always the same.
    """

    def __init__(self, first_row: bool = False, seed: int = 0, temperature: float = 0.0) -> None:
        self.first_row, self.seed, self.temperature = first_row, seed, temperature

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Ranks the tools."""
        self.take_up(Sight(info), random.Random(f"{self.seed}/{info['task_id']}"))

    def take_up(self, sight: Sight, rng: random.Random | None = None) -> None:
        """Begins with what somebody has seen already, who takes in what comes back."""
        self._random = rng or random.Random(0)
        self._sight = sight
        self._tools = list(sight.tools.values())
        self._relevance = Relevance([tool.stems for tool in self._tools])
        self._done: set[str] = set()
        self._turn = 0
        self.repeated: list[Call] = []

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The best calls, or the best answer."""
        if self._turn:
            self._sight.note(info)
            again = retried(self._sight, self.repeated)
            if again:
                return self._sight.make(again)
        return self.go_on()

    def go_on(self) -> str:
        """The best calls, or the best answer, by what was seen so far."""
        sight = self._sight
        self._turn += 1
        if self._turn == 1 and (kept_back := _KEPT_BACK.search(sight.question)):
            return f"What is the name, number, code, reference, date or day: which {kept_back[1]}?"
        calls = self._calls() if self._turn <= _TURNS and not self._found() else []
        if not calls:
            return self.ending()
        self._done.update(map(repr, calls))
        return sight.make(calls)

    # --- what is asked

    def _asked(self) -> tuple[str, ...]:
        """Stems of the question without what it names."""
        sight = self._sight
        return stems(_MARK.sub(" ", masked(sight.question, sight.mentions())))

    def _last(self) -> tuple[str, ...]:
        """Stems of its last sentences, in which the question itself stands."""
        sight = self._sight
        text = _MARK.sub(" ", masked(sight.said[0], [m for m in sight.mentions() if m.end <= len(sight.said[0])]))
        sentences = [one for one in re.split(r"(?<=[.?!])\s+", text) if stems(one)]
        asking = [one for one in sentences if one.endswith("?")] or sentences[-1:]
        return stems(asking[-1]) if asking else ()

    # --- calls

    def _calls(self) -> list[Call]:
        sight = self._sight
        asked = self._asked()
        scores = self._relevance.scores(asked)
        top = max([*scores, 1e-9])
        words = stems(sight.question)
        values = [*of_question(sight), *of_results(sight, self.first_row)]
        acts = not _LOOKS_UP.search(re.split(r"(?<=[.?!])\s+", sight.said[0].strip())[-1])
        filler = Filler(values, words)
        named = {str(value.value) for value in values if value.result < 0}
        best: list[tuple[float, Tool, Call]] = []
        for tool, score in zip(self._tools, scores, strict=True):
            if not tool.looks and not acts:
                continue
            for fitting, filled, latest in filler.fillings(tool):
                call = self._call(tool, filled, words)
                if repr(call) in self._done or fitting <= 0.3:
                    continue
                fresh = 0.4 if sight.results and latest == len(sight.results) - 1 else 0.0
                used = sum(str(value) in named for some in filled.values() for value in some)
                best.append((2.0 * score / top + fitting + fresh + 0.25 * max(0, used - 1), tool, call))
        if not best:
            return []
        if self.temperature:
            best = [(score + self._random.gauss(0, self.temperature), tool, call) for score, tool, call in best]
        best.sort(key=lambda one: -one[0])
        first_score, first, _ = best[0]
        return [call for score, tool, call in best if tool is first and score > first_score - 0.15][:_WIDE]

    def _call(self, tool: Tool, filled: dict[str, list[Json]], asked: Sequence[str]) -> Call:
        values: dict[str, Sequence[Json]] = {**filled}
        for leaf in tool.leaves:  # a type or a status that the question names
            if leaf.choices and leaf.path not in filled and leaf.name in ("type", "types", "status", "role", "kind"):
                named = [c for c in leaf.choices if set(stems(str(c))) and set(stems(str(c))) <= set(asked)]
                if named:
                    values[leaf.path] = named[:1]
        return tool.name, {**parameters.assembled(tool.schema, values), **tool.more}

    # --- answers

    def _guesses(self) -> list[Guess]:
        """Values by how much their fields have to do with what is asked for."""
        sight, asked, last = self._sight, set(self._asked()), self._last()
        named = {str(value.value).lower() for value in of_question(sight)}
        weight = self._relevance.weight
        found = []
        for number, result in enumerate(sight.results):
            tool = set(stems(result.call[0]))
            for rows in result.tables.values():
                for n, row in enumerate(rows):
                    near = sum(str(cell).lower() in named or str(cell).lower() in asked for cell in row.values())
                    for field, value in row.items():
                        own = [stem for stem in stems(field) if stem not in tool] or list(stems(field))
                        if value is None or str(value).lower() in named or not own:
                            continue
                        hit = sum(weight(stem) * (1.0 + _early(stem, last)) for stem in own if stem in last)
                        if hit and _NUMBERS.intersection(stems(field)) and not _NUMBERS.intersection(last):
                            hit *= 0.4
                        if hit:
                            found.append(
                                Guess(hit / len(own) ** 0.5 + 0.3 * near + 0.2 * number - 0.01 * n, value, field)
                            )
        return sorted(found, key=lambda guess: -guess.score)

    def _found(self) -> bool:
        """Whether as much was done as there are requests, or a result holds a field that is called like what is asked
        for first: "the X of the Y of Z"."""
        done = [result for result in self._sight.results if not self._sight.tools[result.call[0]].looks]
        if sum(result.error is None for result in done) > self._sight.said[0].count(", and "):
            return True
        guesses, last = self._guesses(), self._last()
        heads = [stem for stem in last if stem not in _ASKING][:_HEAD]
        return bool(guesses) and any(stem in heads for stem in stems(guesses[0].field))

    def ending(self) -> str:
        """The best answer by what was seen so far."""
        sight = self._sight
        if any(not sight.tools[result.call[0]].looks and result.error is None for result in sight.results):
            return DONE
        guesses = self._guesses()
        text = sight.question
        if _YES_OR_NO.search(text):
            return _said("yes")
        if _MANY.search(text) and sight.results and sight.results[-1].tables:
            return _said(max(len(rows) for rows in sight.results[-1].tables.values()))
        if guesses and _SEVERAL.search(text):
            same = [
                guess for guess in guesses if guess.field == guesses[0].field and guess.score > guesses[0].score - 1
            ]
            return _said(", ".join(dict.fromkeys(str(guess.value) for guess in same)))
        if guesses:
            return _said(guesses[0].value)
        values: list[Value] = of_results(sight)
        if values:
            return _said(values[0].value)
        return _said("impossible")


def failed_for_a_moment(result: Result) -> bool:
    """Whether a call failed in a way that asks to try again."""
    return result.error is not None and _RETRY.search(result.error) is not None


def retried(sight: Sight, repeated: list[Call], most: int = 3) -> list[Call]:
    """The calls of the last turn to make again; each is noted in ``repeated``."""
    again = [result.call for result in sight.last() if failed_for_a_moment(result)]
    again = [call for call in again if repeated.count(call) < most]
    repeated += again
    return again


def _early(stem: str, words: Sequence[str]) -> float:
    """What is asked for is said first: "the X of the Y of Z"."""
    return 1.0 - words.index(stem) / max(1, len(words))


def _said(value: Json) -> str:
    return f"<answer>{value}</answer>"
