"""What a parameter does: it changes something, its default is the code's, and each member of its vocabulary works."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from ftrl_gym import parameters
from ftrl_gym.construct.llm.bench import Arguments, Bench, Ran
from ftrl_gym.construct.llm.flaws import Flaw
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.parameters import Leaf
from ftrl_gym.prompt import to_json
from ftrl_gym.tooldoc import ToolDocument

_TRIES = 40
"""Values tried in one place before it counts as without effect."""


def parameter_flaws(bench: Bench, document: ToolDocument, bases: Sequence[Arguments]) -> Iterator[Flaw]:
    """Parameters without effect, defaults that are not the code's, members of a vocabulary that it does not know.

    Args:
        bench: The tools.
        document: Of the tool that is looked at.
        bases: Calls of it that work; at least one.
    """
    for leaf in document.leaves:
        yield from _without_effect(bench, document, leaf, bases)
        yield from _fails_for_a_member(bench, document, leaf, bases[0])


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
        if ran.error is not None and ran.untelling:
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
