"""Stage 4, complexity scaling: the toolset is made harder to use and to choose from.

Four dials (FTRL, section 3.1), on documents and code together. Three shape the tools: functional generalization,
parameter expansion and parameter-type generalization (:mod:`ftrl_gym.construct.variants`). The fourth, toolset
extension, adds distractors that really work, from a few to the whole pool. Left out are tools that would give the
answer away (it stands in their schema) or make it known without its facts.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

from ftrl_gym.construct.integrate import attributes_of
from ftrl_gym.construct.leaks import stands_in_schema
from ftrl_gym.construct.objects import OF_TOOLS, Brief, GoldCall, Integrated, Scaled
from ftrl_gym.construct.offering import distractors
from ftrl_gym.construct.short_cuts import filtered, short_cut, tested_attributes
from ftrl_gym.construct.variants.design import Design, scaling_level
from ftrl_gym.construct.variants.retelling import derivations
from ftrl_gym.construct.variants.toolset import Toolset
from ftrl_gym.errors import CertificationError
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import Effect


def design_of(brief: Brief, *, scaled: bool = True) -> Design:
    """The design that a brief asks for, with or without its scalings."""
    if not scaled:
        return Design(brief.variant)
    dials, level = brief.scalings, scaling_level(brief.difficulty)
    levels = map(scaling_level, (dials.generalization, dials.parameters, dials.types))
    return Design(brief.variant, *levels, **{name: level for name in OF_TOOLS if name in brief.features})


def scale(integrated: Integrated, toolset: Toolset) -> Scaled:
    """The offered tools, in an order drawn by the brief's seed, and the reference solution as it is made with them.

    Args:
        integrated: The question with its tools.
        toolset: The variant with the brief's scalings.

    Raises:
        CertificationError: One tool of this design both serves the question and would make its answer known, or
            compares by itself what the question asks to compare.
    """
    decomposition = integrated.documented.decomposition
    brief = decomposition.brief
    calls = tuple(_calls(integrated, toolset))
    gold = list(dict.fromkeys(call.tool for call in calls))
    rivals = {tool for plain in decomposition.rivals for tool in toolset.showing(plain)}
    if rivals & set(gold):
        raise CertificationError("draft", "rival", f"{sorted(rivals & set(gold))} serve the question and short-cut it")
    tested = tested_attributes(decomposition)
    cut = filtered([call.tool for call in calls], toolset, tested) or short_cut(
        decomposition, [(call.tool, call.answers) for call in calls], toolset
    )
    if cut:
        raise CertificationError("draft", "short-cut", cut)
    rng = random.Random(f"scale/{brief.seed}/{brief.attempt}")
    others = [
        name
        for name, document in toolset.documents.items()
        if name not in gold
        and name not in rivals
        and not (document.effect is Effect.READ and tested & document.brings.keys())
        and not any(stands_in_schema(sub.answer, document) for sub in decomposition.sub_questions)
    ]
    idle = [tool for name in decomposition.idle for tool in toolset.offering[name] if tool not in gold]
    idle = list(dict.fromkeys(idle))
    if not set(idle) <= set(others):
        raise CertificationError("draft", "rival", f"{sorted(set(idle) - set(others))} may not be offered")
    free = [name for name in others if name not in idle]
    beside = distractors(decomposition, calls, free, toolset, rng)
    tools = gold + idle + beside[: max(0, len(beside) - len(idle))]
    rng.shuffle(tools)
    return Scaled(
        integrated=integrated,
        toolset=toolset.design.name,
        tools=tuple(tools),
        distractors=len(tools) - len(gold),
        calls=calls,
        derivations=derivations(decomposition.derivations, [toolset.documents[name] for name in gold]),
    )


def _calls(integrated: Integrated, toolset: Toolset) -> Iterator[GoldCall]:
    """The reference solution: each plain call through the tools that offer it, batches of one turn as one call."""
    decomposition = integrated.documented.decomposition
    if toolset.design.plain:
        yield from decomposition.calls
        return
    attributes = attributes_of(decomposition)
    made: dict[str, GoldCall] = {}
    for call in decomposition.calls:
        wanted = {a for sub in call.answers for a in attributes.get(sub, ())}
        arguments = {name: _located(value, toolset) for name, value in call.arguments.items()}
        several = toolset.calls(call.tool, arguments, wanted, call.sees)
        for one in several:
            answers = tuple(
                sub for sub in call.answers if len(several) == 1 or one.attributes.intersection(attributes.get(sub, ()))
            )
            new = GoldCall(
                tool=one.tool,
                arguments=one.arguments,
                turn=call.turn,
                answers=answers,
                sees=call.sees,
                fails=call.fails,
            )
            place, joined = batched(new, made, toolset)
            made[place] = joined
    yield from made.values()


def _located(value: Json, toolset: Toolset) -> Json:
    """A reference to an earlier result, at the place where this design has it."""
    if isinstance(value, dict) and "$from" in value:
        return {"$from": list(toolset.field(*value["$from"]))}
    return value


def batched(call: GoldCall, made: dict[str, GoldCall], toolset: Toolset) -> tuple[str, GoldCall]:
    """A call joined with one of its turn that looks the same up of other rows, where the tool takes several."""
    face = next(face for face in toolset.faces if face.name == call.tool)
    batch = face.batch_parameter
    rest = {name: value for name, value in call.arguments.items() if name != batch}
    place = json.dumps([call.turn, call.tool, rest if batch else call.arguments], sort_keys=True)
    before = made.get(place)
    if before is None:
        return place, call
    arguments = dict(before.arguments)
    if batch:
        values = [*before.arguments[batch], *call.arguments[batch]]
        arguments[batch] = [value for n, value in enumerate(values) if value not in values[:n]]
    answers = tuple(dict.fromkeys((*before.answers, *call.answers)))
    return place, before.model_copy(update={"arguments": arguments, "answers": answers})
