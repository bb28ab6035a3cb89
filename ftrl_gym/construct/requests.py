"""Stage 1 for state tasks: things to be done, such as "book Ana Ruiz on the cheapest flight to Porto and pay by card".

A request is one or two actions, each about things that walks lead to, perhaps with a follow-up on what it makes. The
look-ups that the walks take and each action are sub-questions; what exactly the actions change is observed at
deployment, by running them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from ftrl_gym.construct.answering import Ground, NoQuestion
from ftrl_gym.construct.briefs import indirection
from ftrl_gym.construct.compiling import Learned, compile_values, kind_of
from ftrl_gym.construct.confirmation import ASKS, confirmation, sounds_like_consent
from ftrl_gym.construct.domain import Action, Extra
from ftrl_gym.construct.frames import Frame
from ftrl_gym.construct.house_rules import REFUSED, HouseRules
from ftrl_gym.construct.objects import Brief, Decomposition, GoldCall, GoldWords
from ftrl_gym.construct.phrasing import Speaker
from ftrl_gym.construct.printing import printed_walk
from ftrl_gym.construct.programs import Attr, Walk, thing_of
from ftrl_gym.construct.subquestions import SubQuestions
from ftrl_gym.construct.users import hide, parts_of, refuse_repeated, slots_of
from ftrl_gym.construct.wishes import Wish, Wisher
from ftrl_gym.construct.wording import echoes, said_once, stutters, tidy, upper
from ftrl_gym.counterpart import CONFIRMATION
from ftrl_gym.task import (
    Answer,
    AnswerType,
    ChangeOfMind,
    Derivation,
    Json,
    Judgement,
    Nobody,
    Outcome,
    OutcomeKind,
    ScriptedUser,
    Slot,
    Split,
    SubQuestion,
)

DONE = "That is done."
"""What the reference solution says when it believes to be through."""

FRAMES = (
    Frame("please", "Please {request}."),
    Frame("would", "Would you {request}?"),
    Frame("need", "I need you to {request}."),
    Frame("can", "Can you {request}?"),
    Frame("could", "Could you {request}, please?"),
    Frame("go", "{Request}, please.", Split.TRAIN),
    Frame("soon", "As soon as you can, please {request}.", Split.TRAIN),
    Frame("thanks", "Would you please {request}? Thank you.", Split.TRAIN),
    Frame("like", "I'd like you to {request}.", Split.TEST),
)

_CONFIRMED = 0.35
"""How often a user with one request wants to be asked once more before it is done."""
_REGRETTED = 0.4
"""How often they regret it, where it can be undone."""
_KEPT_TOO = 0.4
"""How often a user who confirms or regrets, or who keeps one detail back, keeps back another one."""
_DETOURS = (
    "{first}; should that be refused, {then} instead",
    "{first}, or if that cannot be done, {then}",
    "{first}; if the answer is no, {then} instead",
)


def decompose_request(brief: Brief, ground: Ground) -> Decomposition:
    """A request of one draw.

    Raises:
        NoQuestion: The draw has no rows, several readings, or another shape than the brief's.
    """
    rng = random.Random(f"request/{brief.seed}/{brief.attempt}")
    writer = _Requests(brief, ground, rng)
    wishes = writer.wisher.wishes()
    writer.plan(wishes)
    return writer.told(wishes)


class _Requests:
    def __init__(self, brief: Brief, ground: Ground, rng: random.Random) -> None:
        self.brief, self.ground, self.rng, self.domain = brief, ground, rng, ground.domain
        self.user = "user" in brief.features
        # a date kept back is told in ISO form, so that nothing derives it early: then all dates are said that way
        plain = brief.difficulty < 0.2 or self.user
        self.speaker = Speaker(ground.reader, rng, brief.split, plain_dates=plain, indirect=indirection(brief))
        told = random.Random(f"house rules/{brief.seed}")
        self.rules = HouseRules(ground.domain, told, brief.difficulty) if "rules" in brief.features else None
        self.wisher = Wisher(brief, ground, rng, self.speaker, self.rules)
        self.refused = False
        self.earned: tuple[str, ...] = ()
        self.idle: tuple[str, ...] = ()
        self.judgements: tuple[Judgement, ...] = ()
        self.subs: list[SubQuestion] = []
        self.calls: list[GoldCall] = []
        self.effects: dict[str, dict[str, tuple[str, ...]]] = {}
        self.words: list[GoldWords] = []
        self.slots: list[Slot] = []
        self.changes: list[ChangeOfMind] = []
        self.confirms = ""
        """How the user asks to be asked once more."""

    # --- sub-questions and calls -----------------------------------------------------------------------------------

    def plan(self, wishes: list[Wish]) -> None:
        """Look-ups of all wishes together, then each action when what it needs is known."""
        self.refused = any(wish.forbidden for wish in wishes)
        done = [] if self.refused else [e for wish in wishes for e in (wish.first, wish, *wish.others) if e is not None]
        places = [(wish, role) for wish in done for role in wish.walks]
        values = [Attr(wish.walks[role], wish.action.roles[role][2]) for wish, role in places]
        looks = list(dict.fromkeys(look for wish in wishes for look in wish.looks))
        compiled = compile_values(self.domain, (*values, *looks))
        looked = SubQuestions(self.ground, compiled.lookups, self.speaker)
        self.subs, self.calls = list(looked.sub_questions), looked.calls()
        seen = dict(zip(looks, compiled.sources[len(values) :], strict=True))
        self.earned = tuple(looked.earned_by(list(seen.values())))
        self.judgements = tuple(
            each.judgement({look: looked.told(seen[look]) for look in each.looks.values()})
            for wish in wishes
            for each in wish.forbidden or wish.judged
        )
        self.idle = tuple(dict.fromkeys(self._idle(wishes)))
        for wish in () if self.refused else wishes:
            checked = [s.lookup for look in wish.looks if isinstance(s := seen[look], Learned)]
            turn = 0
            for each in filter(None, (wish.first, wish, *wish.others)):
                taken: dict[str, Json] = {}
                needs = list(checked)
                for (owner, role), source in zip(places, compiled.sources, strict=False):
                    if owner is each:
                        taken[each.action.roles[role][0]] = looked.argument(source)
                        needs += [source.lookup] if isinstance(source, Learned) else []
                turn = max([turn, *(looked.depth[n] for n in needs)])
                if each is wish.first:
                    arguments = {**taken, **wish.extras}
                    self.calls.append(
                        GoldCall(tool=wish.action.tool, arguments=arguments, turn=turn, answers=(), fails=True)
                    )
                    turn += 1
                    continue
                self._act(each, each.action, taken, turn, tuple(f"s{n + 1}" for n in dict.fromkeys(needs)))
                if each.follow_up is not None:
                    self._follow(each, each.follow_up, turn + 1)

    def _idle(self, wishes: list[Wish]) -> Iterator[str]:
        """Tools that it would take to do what is refused: a missing one would give the verdict away."""
        for wish in wishes if self.refused else ():
            values = [Attr(walk, wish.action.roles[role][2]) for role, walk in wish.walks.items()]
            yield from (lookup.tool for lookup in compile_values(self.domain, values).lookups)
            yield from (action.tool for action in (wish.action, wish.follow_up) if action is not None)

    def _act(self, wish: Wish, action: Action, taken: dict[str, Any], turn: int, needs: tuple[str, ...]) -> None:
        """One action as a sub-question and a call."""
        sub = f"s{len(self.subs) + 1}"
        arguments = {**taken, **{name: wish.extras[name] for name in action.extras}}
        text = self._request(action, wish)
        self.subs.append(
            SubQuestion(
                id=sub,
                question=f"{text[0].upper()}{text[1:]}.",
                answer=Answer(type=AnswerType.NONE, value=None),
                depends_on=needs,
                tool=action.tool,
            )
        )
        self.calls.append(GoldCall(tool=action.tool, arguments=arguments, turn=turn, answers=(sub,)))
        self.effects[sub] = {table: tuple(columns) for table, columns in action.effects.items()}

    def _follow(self, wish: Wish, action: Action, turn: int) -> None:
        parameter = next(iter(action.roles.values()))[0]
        made = {parameter: {"$from": [wish.action.tool, parameter]}}
        self._act(wish, action, made, turn, (self.subs[-1].id,))

    def _request(self, action: Action, wish: Wish, template: str = "", names: dict[str, str] | None = None) -> str:
        if names is None:
            names = {role: self.speaker.noun(walk) for role, walk in wish.walks.items()}
        names = {role: f"the new {role.replace('_', ' ')}" for role in action.roles} | names
        return said_once(tidy((template or action.requests[0]).format_map({**names, **wish.words})))

    def _templates(self, wish: Wish) -> tuple[str, ...]:
        """The ways to say an action; for a new date, those that go with its direction too."""
        action = wish.action
        dates = [(name, detail) for name, (kind, detail) in action.extras.items() if kind is Extra.DATE]
        if not dates or not action.open:
            return action.requests
        name, detail = dates[0]
        if wish.words[name] in detail.nouns:
            return action.open
        before = self.ground.reader.row(next(iter(wish.walks.values())))[name]
        return action.requests + (action.sooner if str(wish.extras[name]) < str(before) else action.put_off)

    def _phrase(self, wish: Wish, told: list[str], mentioned: set[Walk]) -> str:
        """A wish as an imperative. Far things are told in sentences before it; who was mentioned is "them"."""
        names = {}
        for role, walk in wish.walks.items():
            names[role] = "them" if self._is_them(walk, mentioned) else self.speaker.told(walk, told)
        mentioned.update(parts_of(list(wish.walks.values())))
        templates = [form for form in self._templates(wish) if not echoes(form, list(names.values()))]
        if not templates:
            raise NoQuestion("what is to be done is called like what it is done to")
        template = self.rng.choice(templates)
        text = self._request(wish.action, wish, template, names)
        if wish.first is not None:
            other = {**names, wish.detour: self.speaker.told(wish.first.walks[wish.detour], told)}
            text = self.rng.choice(_DETOURS).format(first=self._request(wish.action, wish, template, other), then=text)
        if wish.spare is not None:
            other = {**names, wish.detour: self.speaker.told(wish.spare.walks[wish.detour], told)}
            text = self.rng.choice(_DETOURS).format(first=text, then=self._request(wish.action, wish, template, other))
        return f"{text}, and {wish.follow_up.later.format_map(wish.words)}" if wish.follow_up is not None else text

    def _is_them(self, walk: Walk, mentioned: set[Walk]) -> bool:
        """Whether "them" says who is meant: somebody mentioned before, when nobody of another kind was."""
        entity = self._entity(walk)
        known = {self._entity(other) for other in mentioned}
        return walk in mentioned and [each for each in self.domain.people if each in known] == [entity]

    def _entity(self, walk: Walk) -> str:
        return self.domain.thing(thing_of(walk)).entity

    # --- words -----------------------------------------------------------------------------------------------------

    def told(self, wishes: list[Wish]) -> Decomposition:
        """The request in words, with what the user keeps back."""
        if not self.calls:
            raise NoQuestion("a rule decides it before anything is looked up")
        last = max(call.turn for call in self.calls)
        if self.user:
            self._script(wishes, last)
        frame = self.rng.choice([frame for frame in FRAMES if frame.split in (None, self.brief.split)])
        before: list[str] = []
        mentioned: set[Walk] = set()
        request = ", and ".join(self._phrase(wish, before, mentioned) for wish in wishes)
        sentence = tidy(frame.text.format(request=request, Request=upper(request)))
        question = " ".join(filter(None, [*before, sentence, self.confirms]))
        refuse_repeated(question, self.speaker)
        if stutters(question):
            raise NoQuestion("the request says something twice in a row")
        scripted = self.slots or self.changes or self.confirms
        turns = {sub: call.turn + 1 for call in self.calls for sub in call.answers}
        by_call = self.rules is not None or any(call.fails for call in self.calls)
        depths = [call.turn + 1 for call in self.calls] if by_call else [turns[sub.id] for sub in self.subs]
        if not self.changes and kind_of(depths) is not self.brief.kind:
            raise NoQuestion("its kind has changed with its rows")
        depth = 1 + max(call.turn for call in self.calls)
        per_turn = [sum(call.turn == turn for call in self.calls) for turn in range(depth)]
        return Decomposition(
            brief=self.brief,
            question=question,
            family=f"request/{frame.name}",
            program="; ".join(map(self._printed, wishes)),
            hops=depth,
            width=max(per_turn),
            sub_questions=tuple(self.subs),
            outcome=Outcome(
                kind=OutcomeKind.REFUSE if self.refused else OutcomeKind.STATE,
                answer=REFUSED if self.refused else None,
                earned_by=self.earned,
            ),
            calls=tuple(sorted(self.calls, key=lambda call: call.turn)),
            words=tuple(self.words),
            counterpart=ScriptedUser(slots=tuple(self.slots), changes=tuple(self.changes), confirms=bool(self.confirms))
            if scripted
            else Nobody(),
            derivations=tuple(Derivation(value=value) for value in dict.fromkeys(self.speaker.derived)),
            tested=tuple(str(sub.answer.value) for sub in self.subs if sub.id in self.earned),
            idle=self.idle,
            effects=self.effects,
            policy_text=self.rules.text(wish.action.name for wish in wishes) if self.rules is not None else "",
            judgements=self.judgements,
            readings=1,
        )

    def _printed(self, wish: Wish) -> str:
        """A wish in one line."""
        roles = [f"{role} = {printed_walk(walk, self.ground.reader)}" for role, walk in wish.walks.items()]
        extras = [f"{name} = {value}" for name, value in wish.extras.items()]
        then = f", then {wish.follow_up.tool}" if wish.follow_up is not None else ""
        ruled = "".join(f" [{each.rule.topic}]" for each in wish.judged if each.holds)
        return f"do {wish.action.tool}({', '.join([*roles, *extras])}){then}{ruled}"

    def _script(self, wishes: list[Wish], last: int) -> None:
        """Keeps details back, lets the user be asked before the only action, or regret it, or several of these."""
        wish, said = wishes[0], dict(wishes[0].words)
        regrets = [self.domain.actions[name] for name in wish.action.follow_ups if self.domain.actions[name].regret]
        alone = len(wishes) == 1 and wish.follow_up is None and not (self.refused or wish.others)
        if alone and self.rules is None and not wish.detour and self.rng.random() < _CONFIRMED:
            self._confirm(wish, last)
        if alone and regrets and self.rng.random() < _REGRETTED:
            self.words.append(GoldWords(turn=last + 1, say=DONE))
            self.changes.append(ChangeOfMind(text=self.rng.choice(regrets[0].regret)))
            self._follow(wish, regrets[0], last + 1)
        corrected = {name for name, words in wish.words.items() if words != said[name]}
        if not self.words:
            if not self._keep_back(wishes, last, corrected):
                raise NoQuestion("the user has nothing to keep back")
        elif self.rng.random() < _KEPT_TOO:
            self._keep_back(wishes, last, corrected)
        asked = [words.say for words in self.words if words.say not in (ASKS, DONE)]
        if any(slot.name == CONFIRMATION for slot in self.slots) and any(map(sounds_like_consent, asked)):
            raise NoQuestion("a detail is asked for like consent")

    def _keep_back(self, wishes: list[Wish], last: int, told: set[str]) -> bool:
        """Hides details of the request; whether there was one to hide.

        Args:
            wishes: What is asked for.
            last: Turn of the last action.
            told: Details of the first wish that have to be told with the request.
        """
        self.speaker.forget()
        walks = [walk for each in wishes for walk in each.walks.values()]
        kept = hide(walks, self.speaker, self.rng, self.domain.kept_back) if self.rng.random() < 0.6 else []
        asks = [detail.ask for detail, _ in kept]
        ruled = {
            (id(wish), each.rule.fixes[0]) for wish in wishes for each in wish.judged if each.holds and each.rule.fixes
        } | {(id(wishes[0]), name) for name in told}
        taken, late = {detail.name for detail, _ in kept}, list[str]()
        for each in wishes:
            for action in filter(None, (each.action, each.follow_up)):
                for name, (kind, detail) in action.extras.items():
                    if (
                        (id(each), name) not in ruled
                        and detail.name not in taken
                        and (not asks + late or self.rng.random() < _KEPT_TOO)
                    ):
                        taken.add(detail.name)
                        kept.append((detail, self._kept(each, name, kind)))
                        late.append(detail.ask)
                        each.words[name] = self.rng.choice(detail.nouns)
        if asks and late and last and not self.confirms and self.rng.random() < 0.5:
            self.words.append(GoldWords(turn=last, say=" ".join(late)))  # what an action needs, when it is its turn
        else:
            asks += late
        if asks:
            self.words.append(GoldWords(turn=0 if last or not self.confirms else -1, say=" ".join(asks)))
        self.slots += slots_of(kept, self.rng)
        return bool(kept)

    def _confirm(self, wish: Wish, last: int) -> None:
        """Lets the user be asked once more before the only action."""

        def fits(name: str, value: Json) -> bool:
            """A day is put off, or brought forward, in either case."""
            before = str(self.ground.reader.row(next(iter(wish.walks.values()))).get(name, ""))
            return (str(value) < before) is (str(wish.extras[name]) < before)

        self.confirms, slots = confirmation(
            wish,
            self.brief.split,
            self.rng,
            lambda name, kind: self.wisher.extra(wish.action, name, kind),
            lambda name, kind: self._kept(wish, name, kind),
            fits,
        )
        self.slots += slots
        self.words.append(GoldWords(turn=last, say=ASKS))

    def _kept(self, wish: Wish, name: str, kind: Extra) -> str:
        """What is kept back, in the user's words; a date in full, since nothing may derive it before it is said."""
        if kind not in (Extra.DATE, Extra.START):
            return wish.words[name]
        if wish.extras[name] in self.speaker.calendar.derived:
            self.speaker.calendar.derived.remove(wish.extras[name])
        return str(wish.extras[name])
