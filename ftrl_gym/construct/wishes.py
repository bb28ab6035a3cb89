"""Wishes: which actions a request is for, about which rows, and what house rules make of them."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field, replace

from ftrl_gym.construct.answering import Ground, NoQuestion
from ftrl_gym.construct.binding import Binder
from ftrl_gym.construct.compiling import compile_values, kind_of, levels
from ftrl_gym.construct.domain import Action, Extra
from ftrl_gym.construct.house_rules import HouseRules, Judged
from ftrl_gym.construct.objects import Brief
from ftrl_gym.construct.phrasing import Speaker
from ftrl_gym.construct.programs import Attr, Walk, thing_of
from ftrl_gym.task import Json, Kind

DEEPEST_ROLE = 3
"""Most look-ups that one role of an action takes."""
_DRAWS = 60
_RULED = 0.85
"""How often a request with house rules is for something that one of them is about."""
_BINDINGS = 12
"""Times that a request gets other rows, for a house rule to matter or not."""
_MATTERS = 0.8
"""How often one of them is to change what is right."""
_DETOURS = 0.5
"""How often a request with errors is for something that is refused, with something else to do then."""
_SPARED = 0.5
"""How often what is asked for first can be done after all."""
_NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven"]


@dataclass
class Wish:
    """One action with everything bound."""

    action: Action
    walks: dict[str, Walk]
    extras: dict[str, Json] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    follow_up: Action | None = None
    judged: list[Judged] = field(default_factory=list)
    """What the house rules about it come to."""
    others: list[Wish] = field(default_factory=list)
    """What has to be done as well."""
    detour: str = ""
    """Role of which another row is tried first, for which the tool refuses."""
    first: Wish | None = None
    """That try."""
    spare: Wish | None = None
    """What is to be done should this be refused, which it is not."""
    spared: bool = False
    """Whether it is to have one."""

    @property
    def forbidden(self) -> list[Judged]:
        """The house rules that forbid it."""
        return [each for each in self.judged if each.holds and each.rule.forbids]

    @property
    def looks(self) -> list[Attr]:
        """What has to be found out before it is done or refused."""
        return list(dict.fromkeys(look for each in self.forbidden or self.judged for look in each.looks.values()))


class Wisher:
    """Draws the wishes of one request.

    Args:
        brief: What is asked for.
        ground: The world.
        rng: Chooses.
        speaker: Says dates.
        rules: The house rules that the policy is told; None where there are none.
    """

    def __init__(
        self, brief: Brief, ground: Ground, rng: random.Random, speaker: Speaker, rules: HouseRules | None
    ) -> None:
        self.brief, self.ground, self.rng, self.speaker, self.rules = brief, ground, rng, speaker, rules
        self.domain = ground.domain
        # drawn once for all attempts: a rule that matters is harder to find, and would lose to one that does not
        self.matters = rules is not None and random.Random(f"rules/{brief.seed}").random() < _MATTERS

    def wishes(self) -> list[Wish]:
        """Actions and walks of the brief's kind, bound to rows."""
        for _ in range(_DRAWS):
            wishes = self._draw()
            if self._kind(wishes) is self.brief.kind:
                wishes = self._bind_all(wishes) if self.rules is None else self._bind_judged(wishes)
                self._refuse_the_same_twice(wishes)
                return wishes
        raise NoQuestion(f"no request of kind {self.brief.kind} was drawn")

    def _bind_all(self, shapes: list[Wish]) -> list[Wish]:
        wishes = []
        for shape in shapes:
            wish = self._bind(self._copy(shape))
            if wish.spared:
                walks = {**wish.walks, wish.detour: self._bind(self._copy(shape)).walks[wish.detour]}
                wish.spare = Wish(wish.action, walks)
                self._refuse_the_same_twice([wish, Wish(wish.action, {wish.detour: walks[wish.detour]})])
            elif wish.detour:
                first = self._bind(self._copy(shape), refused=wish.detour)
                walks = {**wish.walks, wish.detour: first.walks[wish.detour]}
                wish.first = Wish(wish.action, walks, wish.extras, wish.words)
            wishes.append(wish)
        return wishes

    def _copy(self, shape: Wish) -> Wish:
        """A shape to be bound."""
        return replace(shape, walks=dict(shape.walks), extras={}, words={})

    def _bind_judged(self, shapes: list[Wish]) -> list[Wish]:
        """Wishes of which house rules change what is right, in most draws, or leave it as it is."""
        assert self.rules is not None
        for _ in range(_BINDINGS):
            wishes = [self._bind(self._copy(wish)) for wish in shapes]
            for wish in wishes:
                rules, reader = self.rules.about(wish.action), self.ground.reader
                wish.judged = [self.rules.judge(rule, wish.walks, wish.extras, reader) for rule in rules]
            if any(each.holds for wish in wishes for each in wish.judged) is self.matters:
                break
        else:
            if self.matters:
                raise NoQuestion("no rows were drawn for which a house rule changes anything")
        for wish in wishes:
            self._obey(wish, self.rules)
        if any(wish.forbidden for wish in wishes) and (len(wishes) > 1 or len(wishes[0].forbidden) > 1):
            raise NoQuestion("one thing is refused at a time, for one reason")
        return wishes

    def _obey(self, wish: Wish, rules: HouseRules) -> None:
        """Does a wish the way that house rules say: what they decide is not said, what goes with it is added."""
        for rule in (each.rule for each in wish.judged if each.holds):
            if rule.fixes is not None:
                name, value = rule.fixes
                wish.extras[name], wish.words[name] = value, self.rng.choice(wish.action.extras[name][1].nouns)
            if rule.also is not None:
                other, looks = rule.also
                walks = {role: rules.walk(look, wish.walks) for role, look in looks.items()}
                wish.others.append(Wish(self.domain.actions[other], walks))

    def _refuse_the_same_twice(self, wishes: list[Wish]) -> None:
        """Nobody asks to move a booking and to cancel it, or to hold a flight and to book it."""
        keys = [
            (entity, self.ground.reader.keys(wish.walks[role])[0])
            for wish in wishes
            for role in wish.walks
            if (entity := wish.action.roles[role][1]) not in self.domain.people
        ]
        if len(set(keys)) < len(keys):
            raise NoQuestion("two things are wanted of the same thing")

    def _draw(self) -> list[Wish]:
        count = 1 if self.brief.kind in (Kind.SINGLE_HOP, Kind.MULTI_HOP) else self.rng.choice((1, 2))
        count = 1 if self.rules is not None and self.rng.random() < _MATTERS else count
        count = min(count, len({action.tool for action in self.domain.actions.values()}))
        wishes: list[Wish] = []
        while len(wishes) < count:
            actions = list(self.domain.actions.values())
            if self.rules is not None and (self.matters or self.rng.random() < _RULED):
                actions = [action for action in actions if self.rules.about(action)]
            action = self.rng.choice(actions)
            if any(action.tool == other.action.tool for other in wishes):
                continue
            walks = {role: self._walk(action, role) for role in action.roles}
            follow_up = None
            later = [self.domain.actions[name] for name in action.follow_ups if self.domain.actions[name].later]
            if later and count == 1 and self.rng.random() < 0.5:
                follow_up = self.rng.choice(later)
            detour = self._detour(action) if count == 1 and follow_up is None else ""
            # where the first try always failed, nobody would have to make it
            spared = bool(detour) and self.rng.random() < _SPARED
            wishes.append(Wish(action, walks, follow_up=follow_up, detour=detour, spared=spared))
        return wishes

    def _detour(self, action: Action) -> str:
        """A role of which some rows are refused, so that another one may be tried first; empty for none."""
        alone = "errors" in self.brief.features and not {"rules", "user", "impossible"} & {*self.brief.features}
        roles = [role for role, needs in action.needs.items() if needs]
        return self.rng.choice(roles) if alone and roles and self.rng.random() < _DETOURS else ""

    def _walk(self, action: Action, role: str) -> Walk:
        """A way to name a thing: outright, or through a few look-ups."""
        _, entity, attribute = action.roles[role]
        deepest = 0 if self.brief.kind is Kind.SINGLE_HOP else min(DEEPEST_ROLE, max(1, self.brief.hops - 1))
        walks = self.ground.shapes.ending_at(entity, attribute, deepest)
        depth = self.rng.choice(sorted(walks))
        needs = action.needs.get(role, {})
        where = {walk: self.domain.thing(thing_of(walk)).where for walk in walks[depth]}
        return self.rng.choice([w for w in walks[depth] if all(where[w].get(c, v[0]) in v for c, v in needs.items())])

    def _kind(self, wishes: list[Wish]) -> Kind:
        """The kind of a request, from the depth of its look-ups and actions."""
        depths: list[int] = []
        for wish in wishes:
            values = tuple(Attr(walk, wish.action.roles[role][2]) for role, walk in wish.walks.items())
            if self.rules is not None:
                values += tuple(self.rules.might_look(wish.action, wish.walks))
            lookups = compile_values(self.domain, values).lookups
            depth = levels(lookups)
            if self.rules is not None:  # several facts that one call tells are not side by side
                calls = {(one.tool, one.arguments): level for one, level in zip(lookups, depth, strict=True)}
                depth = list(calls.values())
            last = 1 + max(depth, default=0)
            depths += [*depth, last, *([last + 1] if wish.follow_up or (wish.detour and not wish.spared) else [])]
        return kind_of(depths)

    def _bind(self, wish: Wish, refused: str = "") -> Wish:
        """A wish with its rows: those for which it has a chance, but for a role of which one is to be refused."""
        binder = Binder(self.ground.reader, self.rng)
        for role, walk in wish.walks.items():
            entity = wish.action.roles[role][1]
            needs = wish.action.needs.get(role, {})
            rows = self.ground.world.tables[entity].items()
            right = role != refused
            keys = [key for key, row in rows if all(row[name] in fine for name, fine in needs.items()) is right]
            keys = [key for key in keys if binder.fits(thing_of(walk), key)]
            if needs and not keys:
                raise NoQuestion(f"no {role} can be asked for")
            bound = binder.walk(walk, self.rng.choice(keys) if needs else None)
            if bound is None or not self.ground.reader.certain(bound):
                raise NoQuestion(f"the words for the {role} mean no row, or several")
            wish.walks[role] = bound
        for action in filter(None, (wish.action, wish.follow_up)):
            for name, (kind, _) in action.extras.items():
                wish.extras[name], wish.words[name] = self.extra(action, name, kind)
        return wish

    def extra(self, action: Action, name: str, kind: Extra) -> tuple[Json, str]:
        """A free choice of the asker, and how they say it."""
        if kind in (Extra.DATE, Extra.START):
            today = datetime.date.fromisoformat(self.ground.world.constants["today"])
            day = (today + datetime.timedelta(days=self.rng.randrange(9, 50))).isoformat()
            words = self.speaker.calendar.date(day)
            return day, words if kind is Extra.DATE else f"from {words}"
        if kind is Extra.COUNT:
            number = self.rng.randrange(2, 8)
            return number, self.rng.choice((str(number), _NUMBERS[number]))
        choice = self.rng.choice(self.domain.documents[action.tool].parameters["properties"][name]["enum"])
        return choice, action.spoken.get(choice, choice)
