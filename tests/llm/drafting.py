"""Drafts for tests of proofs: a question, its tools and their code, without a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ftrl_gym.construct.llm.answer_types import typed
from ftrl_gym.construct.llm.bench import Bench
from ftrl_gym.construct.llm.drafts import Draft, levels, merged
from ftrl_gym.construct.objects import Brief, Decomposition, Documented, Integrated, Scaled
from ftrl_gym.task import Kind, Outcome, OutcomeKind, Provenance, Split, SubQuestion
from ftrl_gym.tooldoc import ToolDocument

Sub = tuple[str, str, Any, tuple[str, ...]]
"""Id, question, answer, what it depends on."""
Call = tuple[str, str, dict[str, Any]]
"""Sub-question, tool, arguments."""


def document(
    name: str, description: str = "", required: Sequence[str] | None = None, **properties: Any
) -> ToolDocument:
    """A document; a property is its schema or the description of a text."""
    schemas = {
        n: one if isinstance(one, dict) else {"type": "string", "description": one} for n, one in properties.items()
    }
    needed = list(schemas) if required is None else list(required)
    parameters = {"type": "object", "properties": schemas, "required": needed}
    return ToolDocument(name=name, description=description or name, parameters=parameters)


def drafted(
    question: str,
    answer: Any,
    subs: Sequence[Sub],
    tools: Mapping[ToolDocument, str] | Sequence[tuple[ToolDocument, str]],
    calls: Sequence[Call],
) -> Draft:
    """A draft with these tools and their code."""
    pairs = list(tools.items()) if isinstance(tools, Mapping) else list(tools)
    documents = tuple(one for one, _ in pairs)
    asked = tuple(SubQuestion(id=i, question=q, answer=typed(a), depends_on=d) for i, q, a, d in subs)
    brief = Brief(
        scenario="Drafted", domain="drafts", seed=1, split=Split.TRAIN, kind=Kind.SINGLE_HOP, hops=1, width=1,
        difficulty=0.5, provenance=Provenance(writer="llm", seed=1, version="0", model="none"),
    )  # fmt: skip
    outcome = Outcome(kind=OutcomeKind.ANSWER, answer=typed(answer), earned_by=tuple(sub.id for sub in asked))
    told = Decomposition(
        brief=brief, question=question, family="", hops=max(levels(asked).values()) + 1, width=1, sub_questions=asked,
        outcome=outcome, calls=(), readings=0,
    )  # fmt: skip
    documented = Documented(decomposition=told, documents=())
    gold = merged(calls, asked)
    serves = {name: call.tool for call in gold for name in call.answers}
    integrated = Integrated(documented=documented, tools=documents, serves=serves, calls=gold)
    names = tuple(one.name for one in documents)
    scaled = Scaled(
        integrated=integrated, toolset="", tools=names, documents=documents, distractors=0, calls=gold, derivations=(),
    )  # fmt: skip
    return Draft(scaled, {one.name: source for one, source in pairs})


def bench_of(draft: Draft) -> Bench:
    return Bench(draft.documents, draft.sources)


PIER = document("get_pier", ship="Name of the ship")
PIER_CODE = """
PIERS = {"tern": {"pier": "P-41", "hours": 7}, "gull": {"pier": "P-12", "hours": 3}}


def get_pier(ship):
    if ship.lower() not in PIERS:
        raise ValueError(f"no ship is called {ship!r}; give its name")
    return dict(PIERS[ship.lower()])
"""
WARDEN = document("get_warden", pier="Number of the pier, such as P-00")
WARDEN_CODE = """
WARDENS = {"P-41": "Ute Brandt", "P-12": "Sil Moran", "P-77": "Ike Ross"}


def get_warden(pier):
    if pier.upper() not in WARDENS:
        raise ValueError(f"there is no pier {pier!r}; a number looks like P-00")
    return {"warden": WARDENS[pier.upper()]}
"""


def one_call(code: str, tool: ToolDocument = PIER, answer: Any = "P-41", **arguments: Any) -> Draft:
    """A draft of one look-up."""
    given = arguments or {"ship": "Tern"}
    question = f"At which pier does the {given.get('ship', 'Tern')} lie?"
    return drafted(question, answer, [("1", question, answer, ())], [(tool, code)], [("1", tool.name, given)])


def chain(question: str = "Who is the warden of the pier at which the Tern lies?", **changes: Any) -> Draft:
    """A draft of two look-ups, the second by what the first tells."""
    settings: dict[str, Any] = {
        "answer": "Ute Brandt",
        "subs": [
            ("1", "At which pier does the Tern lie?", "P-41", ()),
            ("2", "Who is the warden of that pier?", "Ute Brandt", ("1",)),
        ],
        "tools": [(PIER, PIER_CODE), (WARDEN, WARDEN_CODE)],
        "calls": [("1", "get_pier", {"ship": "Tern"}), ("2", "get_warden", {"pier": "P-41"})],
    }
    return drafted(question, **{**settings, **changes})
