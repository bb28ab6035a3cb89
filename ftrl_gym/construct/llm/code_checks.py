"""Code against its document: what is documented has an effect, what is wrong is refused, nothing is given away.

Tools are tried out from calls that are known to work: the gold calls and, for a tool that no plan uses, whatever
call is found to return something.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ftrl_gym import parameters
from ftrl_gym.construct.llm.answer_types import at, is_answer, values
from ftrl_gym.construct.llm.bench import NONSENSE, Bench, Ran
from ftrl_gym.construct.llm.drafts import Draft
from ftrl_gym.construct.llm.flaws import Flaw
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.grounding import tokens
from ftrl_gym.likeliest_first import likeliest_first
from ftrl_gym.parameters import Leaf
from ftrl_gym.prompt import to_json
from ftrl_gym.task import Answer, AnswerType, Json
from ftrl_gym.tooldoc import ToolDocument

Arguments = dict[str, Json]

_TRIES = 40
"""Values tried in one place before it counts as without effect."""
_MOST_WORDS = 6
"""Words of the question that are given where they are wrong."""
_PLAIN_WORD = re.compile(r"\b[a-z]{4,}\b")
_SLOW = 0.3
"""Seconds that no call may take each time it is made: a search makes thousands."""
_FIRST_CALLS = 300
"""Calls tried before a tool counts as one that never works."""
_BARE = re.compile(
    r"(Key|Index|Type|Attribute|Name|ZeroDivision|UnboundLocal|Assertion|Recursion|Lookup|NotImplemented)(Error)?\b"
)


def code_flaws(draft: Draft, bench: Bench, places: dict[str, str]) -> Iterator[Flaw]:
    """What is wrong with the code although the gold calls are answered.

    Args:
        draft: The task.
        bench: Its tools.
        places: Sub-question -> where its answer stands in the result of its call.
    """
    yield from _unsteady(draft, bench)
    for document in draft.documents:
        bases = working_calls(draft, bench, document)
        if not bases:
            evidence = (
                f"no call of {document.name} that was tried returned anything: it has to work for some of its own "
                "data, although the question does not need it"
            )
            yield Flaw("does not work", WriterStage.DEPLOYMENT, evidence, document.name)
            continue
        for leaf in document.leaves:
            yield from _without_effect(bench, document, leaf, bases)
            yield from _fails_for_a_member(bench, document, leaf, bases[0])
        for leaf in _free(document):
            yield from _not_refused(draft, bench, document, leaf, bases[0], places)
    yield from _given_away(draft, bench)


def working_calls(draft: Draft, bench: Bench, document: ToolDocument) -> list[Arguments]:
    """Calls of a tool that return something: the gold ones, or the first that is found."""
    gold = [dict(call.arguments) for call in draft.scaled.calls if call.tool == document.name]
    return gold or first_working(draft, bench, document)


def first_working(draft: Draft, bench: Bench, document: ToolDocument) -> list[Arguments]:
    """A call of a tool that no plan uses, found by trying what its code and the question hold."""
    given = [one.value for call in draft.scaled.calls for one in parameters.given({}, call.arguments)]
    needed = list(document.needed)
    pools = []
    most = max(3, int((4 * _FIRST_CALLS) ** (1 / max(1, len(needed)))))
    for leaf in needed:
        likely: list[Json] = [value for value in given if not isinstance(value, dict | list)]
        pool = [*leaf.choices, *likely, *bench.others(document.name, leaf)]
        kept = list({f"{type(value).__name__} {value}": value for value in pool}.values())
        pools.append(sorted(kept, key=lambda value: _unlike(leaf, value))[:most])
    tried = 0
    for chosen in itertools.islice(likeliest_first([len(pool) for pool in pools]), 4 * _FIRST_CALLS):
        picked = {leaf.path: [pool[i]] for leaf, pool, i in zip(needed, pools, chosen, strict=True)}
        arguments = parameters.assembled(document.parameters, picked)
        if not bench.fits(document.name, arguments):
            continue
        tried += 1
        ran = bench.call(document.name, arguments)
        if not ran.refused and not ran.empty:
            return [arguments]
        if tried >= _FIRST_CALLS:
            break
    return []


def _unlike(leaf: Leaf, value: Json) -> int:
    kind = leaf.schema.get("type", "string")
    fitting: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "integer": (int,),
        "number": (int, float),
        "boolean": (bool,),
    }
    return 0 if isinstance(value, fitting.get(str(kind), (object,))) else 1


# --- the same call, the same result ----------------------------------------------------------------------------------


def _unsteady(draft: Draft, bench: Bench) -> Iterator[Flaw]:
    """Gold calls that come to something else when they are made again, in another order."""
    for call in reversed(draft.scaled.calls):
        again, before = bench.anew(call.tool, call.arguments), bench.call(call.tool, call.arguments)
        if again != before:
            evidence = (
                f"{call.tool}({to_json(dict(call.arguments))}) returned {to_json(before.value)[:200]} and then "
                f"{to_json(again.value)[:200]}: a result may follow from nothing but the arguments"
            )
            yield Flaw("not deterministic", WriterStage.DEPLOYMENT, evidence, call.tool)
        elif all(_seconds(bench, call.tool, call.arguments) > _SLOW for _ in range(5)):
            evidence = (
                f"{call.tool}({to_json(dict(call.arguments))}) takes more than {_SLOW} s: compute less, or look up"
            )
            yield Flaw("too slow", WriterStage.DEPLOYMENT, evidence, call.tool)


def _seconds(bench: Bench, tool: str, arguments: Mapping[str, Json]) -> float:
    began = time.perf_counter()
    bench.anew(tool, arguments)
    return time.perf_counter() - began


# --- what a parameter does -------------------------------------------------------------------------------------------


def _without_effect(bench: Bench, document: ToolDocument, leaf: Leaf, bases: Sequence[Arguments]) -> Iterator[Flaw]:
    """A parameter that changes nothing, whatever it is given; a documented default that is not the code's."""
    tool, tried = document.name, 0
    for base in bases[:3]:
        usual = bench.call(tool, base)
        now = next((one.value for one in parameters.given(document.parameters, base) if one.path == leaf.path), None)
        for value in itertools.islice(bench.others(tool, leaf, now), _TRIES):
            changed = bench.with_value(tool, base, leaf, value)
            if changed is None:
                continue
            tried += 1
            if _differs(bench.call(tool, changed), usual):
                yield from _other_default(bench, document, leaf, bases)
                return
    if tried and not _matters_elsewhere(bench, document, leaf, bases[0]):
        ways = f"one of {list(leaf.choices)}" if leaf.choices else "any value that was tried"
        evidence = (
            f"{tool} ignores its parameter {leaf.path}: with {ways} it returns what it returns without. Make it do "
            "what its description says"
        )
        yield Flaw("ignored parameter", WriterStage.DEPLOYMENT, evidence, tool)


def _fails_for_a_member(bench: Bench, document: ToolDocument, leaf: Leaf, base: Arguments) -> Iterator[Flaw]:
    """A member of a closed vocabulary that the code does not know."""
    for member in leaf.choices:
        changed = bench.with_value(document.name, base, leaf, member)
        ran = bench.call(document.name, changed) if changed is not None else Ran()
        if ran.error is not None and _BARE.match(ran.error):
            evidence = (
                f"{document.name}({to_json(changed)}) failed with {ran.error[:200]!r}: {to_json(member)} is a "
                f"documented member of {leaf.path}, so it has to work or to be refused with a ValueError that says why"
            )
            yield Flaw("untelling error", WriterStage.DEPLOYMENT, evidence, document.name)
            return


def _matters_elsewhere(bench: Bench, document: ToolDocument, leaf: Leaf, base: Arguments) -> bool:
    """Whether a parameter changes something in other calls: one that minds case only where case differs, say."""
    for one in _elsewhere(bench, document, leaf, base):
        values = [None, *itertools.islice(bench.others(document.name, leaf), 6)]
        calls = [one if value is None else bench.with_value(document.name, one, leaf, value) for value in values]
        ran = [bench.call(document.name, call) for call in calls if call is not None]
        if any(_differs(each, ran[0]) for each in ran[1:]):
            return True
    return False


def _elsewhere(bench: Bench, document: ToolDocument, leaf: Leaf, base: Arguments) -> Iterator[Arguments]:
    """Calls that differ from a working one in another place."""
    for other in document.leaves:
        if other.path == leaf.path:
            continue
        now = next((one.value for one in parameters.given(document.parameters, base) if one.path == other.path), None)
        spelt = [now.upper(), now.lower(), now[: len(now) // 2]] if isinstance(now, str) and not other.choices else []
        for value in itertools.chain(spelt, itertools.islice(bench.others(document.name, other, now), 8)):
            changed = bench.with_value(document.name, base, other, value)
            if changed is not None and not bench.call(document.name, changed).refused:
                yield changed


def _differs(one: Ran, other: Ran) -> bool:
    return one.value != other.value or type(one.value) is not type(other.value) or one.error != other.error


def _other_default(bench: Bench, document: ToolDocument, leaf: Leaf, bases: Sequence[Arguments]) -> Iterator[Flaw]:
    if "default" not in leaf.schema or leaf.required:
        return
    for base in bases[:3]:
        if any(one.path == leaf.path for one in parameters.given(document.parameters, base)):
            continue
        said = bench.with_value(document.name, base, leaf, leaf.schema["default"])
        if said is not None and _differs(bench.call(document.name, said), bench.call(document.name, base)):
            evidence = (
                f"{document.name} documents {to_json(leaf.schema['default'])} as the default of {leaf.path}, but "
                "giving it comes to something else than leaving it out"
            )
            yield Flaw("wrong default", WriterStage.DEPLOYMENT, evidence, document.name)
            return


# --- what is refused -------------------------------------------------------------------------------------------------


def _free(document: ToolDocument) -> list[Leaf]:
    """Places that every call fills with something that no vocabulary lists."""
    return [leaf for leaf in document.needed if not leaf.choices and leaf.schema.get("type") != "boolean"]


def _wrong_values(leaf: Leaf, draft: Draft) -> Iterable[Json]:
    """Values that are wrong in a place; plain words of the question are, and a call may be paid that gives one."""
    if leaf.in_parts:
        return (parameters.in_parts("1803-02-01"),)
    if leaf.schema.get("type") in ("integer", "number"):
        return (-987654, 987654321)
    right = to_json([dict(call.arguments) for call in draft.scaled.calls]).casefold()
    words = dict.fromkeys(_PLAIN_WORD.findall(draft.decomposition.question))
    return (NONSENSE, "1803-02-01", "ZZ-99999", *[word for word in words if word not in right][:_MOST_WORDS])


def _not_refused(
    draft: Draft, bench: Bench, document: ToolDocument, leaf: Leaf, base: Arguments, places: dict[str, str]
) -> Iterator[Flaw]:
    """A wrong value that is answered as the right one is, or refused without a word that helps."""
    tool = document.name
    subs = [sub for sub in draft.subs if draft.call_of[sub.id].tool == tool and draft.call_of[sub.id].arguments == base]
    for value in _wrong_values(leaf, draft):
        changed = bench.with_value(tool, base, leaf, value)
        if changed is None:
            continue
        ran = bench.call(tool, changed)
        told = f"{tool}({to_json(changed)})"
        if any(not ran.refused and is_answer(sub.answer, at(ran.value, places[sub.id])) for sub in subs):
            evidence = (
                f"{told} has a wrong {leaf.path} and still gives the answer: look the value up, and raise ValueError "
                "with a helpful message for one that is not there"
            )
            yield Flaw("wrong argument answered", WriterStage.DEPLOYMENT, evidence, tool)
            return
        if ran.error is not None and (_BARE.match(ran.error) or len(ran.error.split()) < 2):
            evidence = (
                f"{told} failed with {ran.error[:200]!r}, which tells a caller nothing: raise ValueError with a "
                f"message that says what is wrong with {leaf.path} and what would be right"
            )
            yield Flaw("untelling error", WriterStage.DEPLOYMENT, evidence, tool)
            return
        if ran.out_of_time:
            yield Flaw("never ends", WriterStage.DEPLOYMENT, f"{told} failed: {ran.error}", tool)
            return


# --- what is given away ----------------------------------------------------------------------------------------------


def secrets(draft: Draft) -> list[Answer]:
    """Every answer that has to be found out; figures below ten and yes or no are in every text."""
    final = draft.decomposition.outcome.answer
    own = [sub.answer for sub in draft.subs]
    return [answer for answer in [*own, *([final] if final else [])] if not is_trivial(answer)]


def is_trivial(answer: Answer) -> bool:
    """Whether an answer stands in any text by chance.

    >>> is_trivial(Answer(type=AnswerType.NUMBER, value=3)), is_trivial(Answer(type=AnswerType.CODE, value="B4"))
    (True, False)
    """
    small = answer.type is AnswerType.NUMBER and float(answer.value) in range(-9, 10)
    return small or answer.type in (AnswerType.YES_NO, AnswerType.NONE)


def _given_away(draft: Draft, bench: Bench) -> Iterator[Flaw]:
    """Answers that are had for nothing: by a call without information, or from an error."""
    for tool in dict.fromkeys(draft.call_of[sub.id].tool for sub in draft.subs):
        own = [sub for sub in draft.subs if draft.call_of[sub.id].tool == tool]
        for arguments in _empty_calls(bench.documents[tool]):
            ran = bench.call(tool, arguments) if bench.fits(tool, arguments) else Ran(error="does not fit")
            told = [] if ran.refused else [value for _, value in values(ran.value)]
            sub = next((sub for sub in own if any(is_answer(sub.answer, value) for value in told)), None)
            if sub is not None:
                evidence = (
                    f"{tool}({to_json(arguments)}) tells the answer to {sub.question!r} without being told anything: "
                    "require what names the thing that is asked about"
                )
                yield Flaw("answer without arguments", WriterStage.SCALING, evidence, tool)
                break
    hidden = [(answer, tokens(str(answer.value))) for answer in secrets(draft) if not isinstance(answer.value, list)]
    for tool, arguments, message in bench.refusals():
        words = tokens(message)
        given = tokens(to_json(arguments))
        leaked = next((str(one.value) for one, spoken in hidden if spoken in words and spoken not in given), None)
        if leaked is not None:
            evidence = (
                f"{tool}({to_json(arguments)}) is refused with {message[:200]!r}, which tells {leaked!r}, an answer "
                "that has to be found out: say what is wrong without it"
            )
            yield Flaw("answer in an error", WriterStage.DEPLOYMENT, evidence, tool)
            return


def _empty_calls(document: ToolDocument) -> Iterator[Arguments]:
    from ftrl_gym.probe_arguments import uninformed

    yield {}
    for text in ("", " ", "*"):
        yield from uninformed(document, text)
