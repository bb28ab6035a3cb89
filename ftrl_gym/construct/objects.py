"""What the five construction stages pass on: typed, frozen, serialisable.

    Brief -> Decomposition -> Documented -> Integrated -> Scaled -> certified Task

Each object holds the one before it, so that any of them, stored as JSON, is enough to go on from; the brief's
provenance says who wrote it.
"""

from __future__ import annotations

from collections.abc import Collection

from pydantic import Field

from ftrl_gym.task import (
    Counterpart,
    Derivation,
    Json,
    Judgement,
    Kind,
    Nobody,
    Outcome,
    Provenance,
    Split,
    SubQuestion,
)
from ftrl_gym.tooldoc import Frozen, ToolDocument


class Scalings(Frozen):
    """How far each of the four scalings goes (FTRL, section 3.1), each dial from 0 to 1."""

    generalization: float = Field(default=0.0, ge=0.0, le=1.0)
    """Functions merged into tools that do more."""
    parameters: float = Field(default=0.0, ge=0.0, le=1.0)
    """More parameters, each with a real effect."""
    types: float = Field(default=0.0, ge=0.0, le=1.0)
    """Texts become objects, arrays and closed vocabularies."""
    extension: float = Field(default=0.0, ge=0.0, le=1.0)
    """Distractors that really work."""

    @staticmethod
    def of(difficulty: float, on: Collection[str]) -> Scalings:
        """Those that are on as far as a difficulty asks for, the others at 0."""
        return Scalings(**{name: difficulty for name in SCALINGS if name in on})

    def at_most(self, difficulty: float) -> Scalings:
        """The same as far as an easier task has them."""
        return Scalings(**{name: min(getattr(self, name), difficulty) for name in SCALINGS})


SCALINGS = tuple(Scalings.model_fields)
"""Names of the four."""
OF_TOOLS = ("confusable", "indirect", "long", "routes")
"""Features that shape the tools and the words of the question, and not what is asked."""


class Brief(Frozen):
    """What is asked of a writer: one task of this shape in this world."""

    scenario: str
    world: str = ""
    """Id of the world; empty where a task brings the data of its tools with it."""
    domain: str = ""
    """What the tasks are to be about, in the words of whoever asks, where no world is declared."""
    asked: str = ""
    """A question to take apart; empty where one is to be written."""
    number: int = Field(default=0, ge=0)
    """Which of a build's tasks it is, counted from 1; 0 outside of builds."""
    others: tuple[str, ...] = ()
    """Questions that there are already, where nothing else keeps the new one from repeating them."""
    seed: int
    attempt: int = Field(default=0, ge=0)
    """Counts up when a draw comes to nothing."""
    split: Split
    kind: Kind
    hops: int = Field(ge=1, le=10)
    """Lookups that follow one another."""
    width: int = Field(ge=1, le=4)
    """Chains side by side."""
    difficulty: float = Field(ge=0.0, le=1.0)
    features: tuple[str, ...] = ()
    """``state``: the world is to be changed; ``user``: a scripted user holds details back; ``rules``: house rules say
    whether and how; ``impossible``, ``direct``: minimal pairs; ``errors``: something fails on the way; ``long``:
    results in pages; ``routes``: several tools tell the same; ``confusable``: tools that look alike;
    ``indirect``: arguments that the question does not say word for word."""
    twin: bool = False
    """Whether it is to be the other one of a minimal pair: what no tool can do, or what needs none."""
    variant: int = Field(default=0, ge=0)
    """Design of the tools; 0 has the scenario's own names."""
    scalings: Scalings = Scalings()
    provenance: Provenance


class GoldCall(Frozen):
    """One call of the reference solution."""

    tool: str
    arguments: dict[str, Json]
    """Literal values; ``{"$from": [tool, field]}`` stands for a field of that tool's last result, such as a new id."""
    turn: int
    """Calls of one turn do not need each other's results."""
    answers: tuple[str, ...]
    """Sub-questions that it is made for."""
    fails: bool = False
    """Whether the tool refuses it."""
    sees: tuple[str, ...] = ()
    """Attributes that must be shown as well, to tell which of the rows is meant: the amount of the largest invoice."""


class GoldWords(Frozen):
    """What the reference solution says to the counterpart, before the calls of ``turn``."""

    turn: int
    say: str


class Decomposition(Frozen):
    """Stage 1: the question with its sub-questions, its answer and a reference solution."""

    brief: Brief
    question: str
    family: str
    program: str = ""
    """What is asked, as a typed program in one line; for people, and for counting shapes."""
    hops: int
    width: int
    sub_questions: tuple[SubQuestion, ...]
    outcome: Outcome
    calls: tuple[GoldCall, ...]
    words: tuple[GoldWords, ...] = ()
    counterpart: Counterpart = Nobody()
    derivations: tuple[Derivation, ...] = ()
    candidates: tuple[str, ...] = ()
    """Texts that may stand in the question although one of them is the answer."""
    tested: tuple[str, ...] = ()
    """Words that the question compares facts with: which rows they are true of is for the calls to find out."""
    rivals: tuple[str, ...] = ()
    """Tools that would make the answer known without its facts; never offered with this question."""
    idle: tuple[str, ...] = ()
    """Plain tools that it takes to do what is refused: offered like those of anything that is done."""
    effects: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    """Sub-question that is a change -> table -> columns it is about; the rest that its call does are side effects."""
    known: str = ""
    """What the asker would know already in the twin that needs no tool."""
    policy_text: str = ""
    """House rules that the policy is told."""
    judgements: tuple[Judgement, ...] = ()
    readings: int
    """Different answers among all valid readings of the question over the world; 0 where they are counted later."""


class NarrowDocument(Frozen):
    """A document that serves some sub-questions and nothing else."""

    sub_questions: tuple[str, ...]
    tool: ToolDocument
    origin: str
    """Tool of the pool that it is a narrow view of."""


class Documented(Frozen):
    """Stage 2: one narrow document per sub-question."""

    decomposition: Decomposition
    documents: tuple[NarrowDocument, ...]


class Integrated(Frozen):
    """Stage 3: documents with overlapping function merged, n in, m <= n out, in the names of the brief's variant."""

    documented: Documented
    tools: tuple[ToolDocument, ...]
    serves: dict[str, str]
    """Sub-question -> name of its tool."""
    calls: tuple[GoldCall, ...] = ()
    """The reference solution with these tools, where the first stage could not know it."""


class Scaled(Frozen):
    """Stage 4: the toolset as it is offered, and the reference solution as it is made with it."""

    integrated: Integrated
    toolset: str
    """Name of the design; empty for the scenario's plain tools."""
    tools: tuple[str, ...]
    """Offered tools in the order shown."""
    documents: tuple[ToolDocument, ...] = ()
    """Their documents, where they belong to this task alone and no pool has them."""
    distractors: int
    """How many of them no plan needs."""
    calls: tuple[GoldCall, ...]
    derivations: tuple[Derivation, ...]
