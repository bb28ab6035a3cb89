"""A task: one question with everything that makes it solvable, checkable and provable.

One task is one episode. It owns its sub-questions, every minimal plan that construction found, the right
outcome, the counterpart, and the certificate of its soundness. It refuses unknown fields; it never holds code.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ftrl_gym.tooldoc import Frozen

Json = Any
"""A JSON value: None, bool, int, float, str, list of these, dict from str to these."""


class Kind(StrEnum):
    """Shape of a task's sub-questions (FTRL, section 3.1)."""

    SINGLE_HOP = "single_hop"
    """One sub-question."""
    PARALLEL_SINGLE_HOP = "parallel_single_hop"
    """Several that do not depend on each other."""
    MULTI_HOP = "multi_hop"
    """A chain."""
    PARALLEL_MULTI_HOP = "parallel_multi_hop"
    """Several chains, or a chain with branches."""


class Split(StrEnum):
    """Which part of a scenario a task belongs to; they differ in worlds, entities and some phrasings."""

    TRAIN = "train"
    TEST = "test"


class AnswerType(StrEnum):
    """How two answers are compared (see :mod:`ftrl_gym.answers`)."""

    NUMBER = "number"
    """A number, with the answer's unit if it names one."""
    MONEY = "money"
    """An amount and a currency."""
    DATE = "date"
    """A calendar day."""
    TIME = "time"
    """A time of day, HH:MM."""
    NAME = "name"
    """A proper name or other text: case, punctuation and spacing do not matter."""
    CODE = "code"
    """An identifier: only case and surrounding space do not matter."""
    YES_NO = "yes_no"
    LIST = "list"
    """Several values, each once: in the order asked where the answer has ``entries``, else in any."""
    NONE = "none"
    """No answer is expected."""


class Answer(Frozen):
    """A right answer. ``value`` is a str, number or bool; for LIST a list of these."""

    type: AnswerType
    value: Json
    unit: str | None = None
    """Unit or ISO currency code; an answer that states another one is wrong, one that states none is right."""
    aliases: tuple[str, ...] = ()
    """Other texts that are equally right."""
    entries: tuple[Answer, ...] = ()
    """Of a list whose order is asked for: what is right in each place."""


class Fact(Frozen):
    """One piece of information of the world: ``attribute`` of the instance ``key`` of ``entity`` is ``value``."""

    entity: str
    key: str
    attribute: str
    value: Json


class RowChange(Frozen):
    """A difference between two worlds: one row created, changed or deleted.

    ``values`` holds the whole row for a created one (without its own generated id) and only the changed attributes
    for a changed one. A value that is the generated id of another created row is written ``{"$new": "bookings/0"}``:
    the first created row of ``bookings`` in the order of the gold plan.
    """

    table: str
    key: str | None
    """Row id; None for a created row, whose id is generated."""
    values: dict[str, Json] = Field(default_factory=dict)
    deleted: bool = False


class SubQuestion(Frozen):
    """One fact to find out, or one state change to bring about. Exactly one of ``fact`` and ``changes`` is set, or
    neither for foreign data (FTRL rows), where ``answer`` is compared with typed values of the result."""

    id: str
    question: str
    answer: Answer
    depends_on: tuple[str, ...] = ()
    fact: Fact | None = None
    changes: tuple[RowChange, ...] = ()
    tool: str | None = None
    """The tool of the gold call; `ftrl` matching pays only this tool."""
    place: str = ""
    """Where the gold call's result was seen to hold the answer, as ``loans[0].due``, if no fact says it."""


class PlannedCall(Frozen):
    """A call of a certified plan, with literal arguments (no default-valued ones)."""

    tool: str
    arguments: dict[str, Json]
    solves: tuple[str, ...] = ()
    """Ids of the sub-questions it solves; empty for a call that is needed without solving anything itself."""
    fails: bool = False
    """Whether the tool answers with an error: it is out of order for a moment, or refuses and so calls for a detour."""


class PlanTurn(Frozen):
    """One assistant message of a plan: calls, or words to the counterpart."""

    calls: tuple[PlannedCall, ...] = ()
    say: str | None = None


class Plan(Frozen):
    """An executed, minimal way to solve the task; its final message (the answer) is not part of it."""

    turns: tuple[PlanTurn, ...]

    def calls(self) -> list[PlannedCall]:
        """All calls in order."""
        return [call for turn in self.turns for call in turn.calls]


class Derivation(Frozen):
    """A value that plans use as an argument though it stands nowhere word for word, e.g. "next Friday" -> a date."""

    value: Json
    after: tuple[str, ...] = ()
    """Ids of the sub-questions it follows from; empty when it follows from the question alone."""


class OutcomeKind(StrEnum):
    """What a right ending is."""

    ANSWER = "answer"
    """The final answer is right and the facts behind it were delivered."""
    STATE = "state"
    """The world ends as the gold plan leaves it, nothing else changed."""
    ANSWER_AND_STATE = "answer_and_state"
    """Both."""
    CLARIFY = "clarify"
    """A clarifying question is asked."""
    REFUSE = "refuse"
    """House rules forbid what is asked: the policy says so and changes nothing."""
    IMPOSSIBLE = "impossible"
    """No offered tool can do it: the policy says so."""


class Outcome(Frozen):
    """The right ending of a task."""

    kind: OutcomeKind
    answer: Answer | None = None
    earned_by: tuple[str, ...] = ()
    """Ids of the sub-questions whose facts must have been delivered in the episode for the answer to count."""
    changes: tuple[RowChange, ...] = ()
    """The whole difference between the final world and the initial one."""

    @model_validator(mode="after")
    def _says_no_in_words(self) -> Self:
        """Without an answer every ending that states none would be right."""
        if self.answer is None and self.kind in (OutcomeKind.REFUSE, OutcomeKind.IMPOSSIBLE):
            raise ValueError(f'an outcome of the kind "{self.kind.value}" needs an answer: what is said instead')
        return self


class Judgement(Frozen):
    """What a house rule of the policy text comes to in a task."""

    topic: str
    """Its heading."""
    condition: str
    """When it holds, over the ids of the sub-questions that tell (:mod:`ftrl_gym.conditions`)."""
    holds: bool
    then: str
    """What follows where it holds: ``refuse``, or what is done instead or as well."""


class Nobody(Frozen):
    """No counterpart: a turn without calls ends the episode."""

    type: Literal["nobody"] = "nobody"


class Slot(Frozen):
    """One detail that a scripted user gives only when asked for it."""

    name: str
    cues: tuple[str, ...]
    """Lower-case words or phrases; a question that holds one of them asks for this slot."""
    reply: str


class ChangeOfMind(Frozen):
    """What the user says, once, instead of accepting the first ending; later replies use the new slots."""

    text: str
    slots: tuple[Slot, ...] = ()


class ScriptedUser(Frozen):
    """Answers exactly the slots that are asked for, changes its mind by its script, ends when its script is done."""

    type: Literal["scripted"] = "scripted"
    slots: tuple[Slot, ...] = ()
    changes: tuple[ChangeOfMind, ...] = ()
    confirms: bool = False
    """Whether nothing may be changed before they were asked once more."""


class ModelUser(Frozen):
    """A language model plays the user; which one is the caller's choice when the env is made."""

    type: Literal["model"] = "model"
    persona: str


Counterpart = Annotated[Nobody | ScriptedUser | ModelUser, Field(discriminator="type")]


class ToolEventKind(StrEnum):
    """What may happen to a tool in the course of an episode."""

    FAILS = "fails"
    """The calls from the ``at``-th on (counted from 0, per tool) fail ``times`` times with ``message``."""
    APPEARS = "appears"
    """The tool is unknown before turn ``at``."""
    MISSING = "missing"
    """The tool is documented but unknown from turn ``at`` on."""


class ToolEvent(Frozen):
    """One entry of a task's tool timeline."""

    tool: str
    kind: ToolEventKind
    at: int = Field(default=0, ge=0)
    times: int = Field(default=1, ge=1)
    message: str = "temporarily unavailable, please try again"


class Provenance(Frozen):
    """Who wrote an artefact: enough to make it again."""

    writer: str
    """``procedural`` or ``llm``."""
    seed: int
    version: str
    """Version of the package that wrote it."""
    model: str | None = None


class Certificate(Frozen):
    """Computed proof of soundness: the checks that ran on this task and what they measured."""

    oracle_return: float
    """Least return of replaying a certified plan; 1.0 by construction."""
    floor_return: float
    """Return of the do-nothing policy."""
    probe_return: float
    """Largest return of the probes without an honest call."""
    solver_plan: str
    """``confirmed`` when the independent solver reached the same answer or state from documents and feedback."""
    readings: int
    """Number of different answers among all valid readings of the question over this world; 1 by construction."""


class Task(Frozen):
    """One question with its sub-questions, plans, outcome, counterpart and proof."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")
    split: Split
    kind: Kind
    world: str
    """Id of the world it plays in; empty for tasks whose tools need none."""
    question: str
    sub_questions: tuple[SubQuestion, ...]
    plans: tuple[Plan, ...] = ()
    outcome: Outcome
    tools: tuple[str, ...]
    """Names of the tools offered, in the order they are shown."""
    toolset: str = ""
    """Which design of the scenario's tools they belong to; empty for the plain one."""
    derivations: tuple[Derivation, ...] = ()
    counterpart: Counterpart = Nobody()
    policy_text: str = ""
    """House rules for the policy; part of the system message."""
    judgements: tuple[Judgement, ...] = ()
    """What the house rules about what is asked for come to."""
    missing: tuple[str, ...] = ()
    """``table.column`` of what no offered tool tells or changes, for an impossible task."""
    timeline: tuple[ToolEvent, ...] = ()
    difficulty: float = Field(default=0.0, ge=0.0, le=1.0)
    hops: int = Field(default=1, ge=0)
    width: int = Field(default=1, ge=0)
    family: str = ""
    """Phrasing family of the question; some families appear in one split only."""
    program: str = ""
    """What is asked, as a typed program in one line; for people, and for counting shapes."""
    features: tuple[str, ...] = ()
    """Names of the dials that shaped it, such as ``state`` or ``user``."""
    provenance: Provenance
    certificate: Certificate | None = None
