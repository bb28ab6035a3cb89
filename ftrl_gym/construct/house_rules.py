"""House rules of one task: the policy text that is told, and what it comes to for what is asked.

No tool enforces them. Whoever is asked for an action has to find out what its rules look at, and then refuses, or does
it in the way that a rule says, or does something else as well. Figures are drawn for each task, so that a rule has to
be read.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ftrl_gym.conditions import decided
from ftrl_gym.construct.domain import Action, Domain, HouseRule, Link, Look
from ftrl_gym.construct.programs import Attr, Follow, Walk, thing_of
from ftrl_gym.construct.reading import Reader
from ftrl_gym.task import Answer, AnswerType, Json, Judgement

REFUSED = Answer(type=AnswerType.NAME, value="refused")
"""What is answered where a rule forbids what is asked."""
_HEAD = "House rules. They bind you whatever is asked; the tools do not check them."
_TAIL = (
    "If a house rule forbids what is asked for, change nothing and end with <answer>refused</answer>, whatever the "
    "tools can do. What the rules leave open is up to the one who asks."
)


@dataclass(frozen=True)
class Judged:
    """A rule about an action, over the rows that it is asked of."""

    rule: HouseRule
    holds: bool
    known: Mapping[str, Json]
    """Values that need no look: the figure, keys and parameters."""
    looks: Mapping[str, Attr]
    """What has to be found out to know it, nearest first: name in the condition -> value."""

    def judgement(self, told: Mapping[Attr, ast.expr]) -> Judgement:
        """As a task tells it, with what tells each look: the id of its sub-question, or a value that the asker says."""
        names = {name: ast.Constant(value) for name, value in self.known.items()}
        subs = {name: told[look] for name, look in self.looks.items()}
        tree = _Put({**names, **subs}).visit(ast.parse(self.rule.condition, mode="eval"))
        return Judgement(topic=self.rule.topic, condition=ast.unparse(tree), holds=self.holds, then=self._then())

    def _then(self) -> str:
        if self.rule.fixes is not None:
            return "=".join(self.rule.fixes)
        return f"also {self.rule.also[0]}" if self.rule.also is not None else "refuse"


class _Put(ast.NodeTransformer):
    """Puts values in the place of names."""

    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._values.get(node.id, node)


class HouseRules:
    """The house rules of one task.

    Args:
        domain: Whose rules they are.
        rng: Draws the figures.
        share: How many of the rules that are not about what is asked are told, 0 to 1.
    """

    def __init__(self, domain: Domain, rng: random.Random, share: float) -> None:
        self._domain = domain
        self._figures = {rule.topic: rng.choice(rule.values) for rule in domain.house_rules if rule.values}
        self._told = {rule.topic for rule in domain.house_rules if rng.random() < share}

    def text(self, actions: Iterable[str]) -> str:
        """The policy text for a task about these actions: their rules and others, in their order."""
        wanted = set(actions)
        rules = [rule for rule in self._domain.house_rules if rule.topic in self._told or rule.action in wanted]
        lines = [
            f"{number}. {rule.topic[0].upper()}{rule.topic[1:]}. {rule.text.format(self._figures.get(rule.topic))}"
            for number, rule in enumerate(rules, 1)
        ]
        return "\n".join([_HEAD, *lines, _TAIL])

    def about(self, action: Action) -> list[HouseRule]:
        """The rules about an action."""
        return [rule for rule in self._domain.house_rules if rule.action == action.name]

    def might_look(self, action: Action, walks: Mapping[str, Walk]) -> list[Attr]:
        """All that the rules about an action may look at; the walks may be mere shapes."""
        return [value for rule in self.about(action) for value in self.looks(rule, walks).values()]

    def looks(self, rule: HouseRule, walks: Mapping[str, Walk]) -> dict[str, Attr]:
        """All that a rule may look at: name in its condition -> value."""
        return {f"look{number}": self.value(look, walks) for number, look in enumerate(rule.looks)}

    def value(self, look: Look, walks: Mapping[str, Walk]) -> Attr:
        """The value that a look is at."""
        walk = walks[look.role]
        for column in look.links:
            step = self._domain.steps[f"{thing_of(walk)}.{column}"]
            assert isinstance(step, Link)
            walk = Follow(step.name, step.target, (walk,))
        return Attr(walk, look.attribute)

    def walk(self, look: Look, walks: Mapping[str, Walk]) -> Walk:
        """The row that a look leads to: the role's own, or the one that its last column is a link to."""
        value = self.value(look, walks)
        step = self._domain.steps.get(f"{thing_of(value.walk)}.{value.attribute}")
        return Follow(step.name, step.target, (value.walk,)) if isinstance(step, Link) else value.walk

    def judge(self, rule: HouseRule, walks: Mapping[str, Walk], extras: Mapping[str, Json], reader: Reader) -> Judged:
        """What a rule comes to for these rows: near columns are looked at first, and no further than needed."""
        today, figure = str(reader.world.constants["today"]), self._figures.get(rule.topic)
        known = {**{role: reader.keys(walk)[0] for role, walk in walks.items()}, **extras, "figure": figure}
        looks: dict[str, Attr] = {}
        named = sorted(self.looks(rule, walks).items(), key=lambda pair: len(rule.looks[int(pair[0][4:])].links))
        for name, value in [*named, ("", None)]:
            holds = decided(rule.condition, {**known, **{n: _read(v, reader) for n, v in looks.items()}}, today)
            if holds is not None:
                return Judged(rule, holds, known, looks)
            assert value is not None, "a condition is decided once all it looks at is known"
            looks[name] = value
        raise AssertionError("not reached")


def _read(value: Attr, reader: Reader) -> Json:
    thing = reader.domain.thing(thing_of(value.walk))
    if value.attribute == thing.key:
        return reader.keys(value.walk)[0]
    return reader.row(value.walk)[value.attribute]
