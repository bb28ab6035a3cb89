"""Code against its document: a call repeats, what is documented has an effect, what is wrong is refused, and nothing is
given away.

Tools are tried out from calls that are known to work.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from ftrl_gym.construct.llm.bench import Bench
from ftrl_gym.construct.llm.drafts import Draft
from ftrl_gym.construct.llm.flaws import Flaw
from ftrl_gym.construct.llm.giving_away import given_away
from ftrl_gym.construct.llm.parameter_checks import parameter_flaws
from ftrl_gym.construct.llm.refusal_checks import refusal_flaws
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.construct.llm.working_calls import working_calls
from ftrl_gym.prompt import to_json
from ftrl_gym.task import Json

_SLOW = 0.3
"""Seconds that no call may take each time it is made: a search makes thousands."""


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
        yield from parameter_flaws(bench, document, bases)
        yield from refusal_flaws(draft, bench, document, bases[0], places)
    yield from given_away(draft, bench)


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
