"""Making one task: the stages one after the other, and back to the one that can mend what the proof found wrong.

A stage that is asked again hears its own conversation with the evidence at the end; what comes after it is asked anew,
but for the code of tools whose documents stayed as they were. After so many mends the task is dropped.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ftrl_gym.construct.llm.drafts import Draft
from ftrl_gym.construct.llm.flaws import Flaw, first_to_mend, told
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.construct.llm.writer import Again, Conversation, LLMWriter, Written
from ftrl_gym.construct.objects import Brief, Decomposition, Documented, Integrated, Scaled
from ftrl_gym.errors import FtrlGymError, GaveUp, Unanswered
from ftrl_gym.task import Task
from ftrl_gym.tooldoc import ToolDocument

MENDS = 3
"""How often a task goes back to a stage before it is dropped."""

_SHOWN = 400
"""Characters of an error that a report shows."""
_ORDER = list(WriterStage)
_at = _ORDER.index
_PROVING = threading.Lock()
"""Proofs take turns: they only compute, and memories that they share need not be guarded."""


@dataclass(frozen=True)
class Repair:
    """Something that was wrong and was mended."""

    stage: str
    check: str
    evidence: str


@dataclass(frozen=True)
class Made:
    """A certified task with its tools."""

    task: Task
    documents: tuple[ToolDocument, ...]
    sources: Mapping[str, str]
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True)
class Dropped:
    """A task that came to nothing."""

    stage: str
    """The stage that could not be mended."""
    check: str
    """What it failed."""
    reason: str
    """The last evidence."""
    repairs: tuple[Repair, ...] = ()
    """What was mended before."""
    open: bool = False
    """Whether it was the endpoint that failed: another run may ask again."""


@dataclass
class Making:
    """One task on its way.

    Args:
        writer: Asks the model.
        brief: What is asked for.
        mends: How often it may go back to a stage.
    """

    writer: LLMWriter
    brief: Brief
    mends: int = MENDS
    _said: dict[tuple[WriterStage, str], Conversation] = field(default_factory=dict)
    _repairs: list[Repair] = field(default_factory=list)
    _decomposition: Decomposition | None = None
    _documented: Documented | None = None
    _integrated: Integrated | None = None
    _scaled: Scaled | None = None
    _sources: dict[str, str] = field(default_factory=dict)
    _coded: dict[str, ToolDocument] = field(default_factory=dict)

    def begin(self) -> Decomposition | Dropped:
        """The first stage: what later tasks are told of this one depends on it alone."""
        try:
            self._decomposition, written = self.writer.decomposed(self.brief)
        except GaveUp as error:
            return self._given_up(error)
        self._note(WriterStage.DECOMPOSITION, "", written)
        return self._decomposition

    def finish(self, task_id: str) -> Made | Dropped:
        """All other stages, and the proof, with mends.

        Args:
            task_id: Id of the task.

        Raises:
            BudgetSpent: The next request would go over the limit.
            ModelUnreachable: There is no sense in asking this model anything.
        """
        assert self._decomposition is not None, "begin first"
        return self._made_from(WriterStage.DOCUMENTS, task_id)

    def resume(self, artefact: Decomposition | Documented | Integrated | Scaled, task_id: str) -> Made | Dropped:
        """The stages after one that was stored, and the proof, with mends; raises as :meth:`finish`.

        Args:
            artefact: What that stage gave.
            task_id: Id of the task.
        """
        stage = WriterStage.DOCUMENTS
        if isinstance(artefact, Scaled):
            self._scaled, artefact, stage = artefact, artefact.integrated, WriterStage.DEPLOYMENT
        if isinstance(artefact, Integrated):
            self._integrated, artefact, stage = artefact, artefact.documented, max(stage, WriterStage.SCALING, key=_at)
        if isinstance(artefact, Documented):
            self._documented, artefact = artefact, artefact.decomposition
            stage = max(stage, WriterStage.INTEGRATION, key=_at)
        self._decomposition = artefact
        return self._made_from(stage, task_id)

    def _made_from(self, stage: WriterStage, task_id: str) -> Made | Dropped:
        flaws: list[Flaw] = []
        for mended in range(self.mends + 1):
            try:
                self._write_from(stage, flaws)
            except GaveUp as error:
                return self._given_up(error, flaws)
            assert self._scaled is not None
            try:
                with _PROVING:
                    proof, sources = self.writer.proved(Draft(self._scaled, self._sources), task_id)
            except FtrlGymError:
                raise
            except Exception as error:  # what nobody foresaw in a reply costs its task, and no other
                reason = f"{type(error).__name__}: {error}"[:_SHOWN]
                return Dropped(WriterStage.DEPLOYMENT.value, "cannot be proved", reason, tuple(self._repairs))
            self._repairs += [Repair(flaw.stage.value, flaw.check, flaw.evidence) for flaw in flaws]
            if proof.task is not None:
                return Made(proof.task, proof.documents, sources, tuple(self._repairs))
            flaws = first_to_mend(proof.flaws)
            stage = flaws[0].stage
            if mended == self.mends:
                break
        return Dropped(stage.value, flaws[0].check, flaws[0].evidence, tuple(self._repairs))

    def _write_from(self, stage: WriterStage, flaws: list[Flaw]) -> None:
        """Asks a stage, again where there are flaws, and all stages after it."""
        at = _at(stage)
        again = self._again(stage, flaws)
        if at <= _at(WriterStage.DECOMPOSITION):
            self._decomposition, written = self.writer.decomposed(self.brief, again)
            self._note(WriterStage.DECOMPOSITION, "", written)
            self._sources, self._coded, again = {}, {}, None
        assert self._decomposition is not None
        if at <= _at(WriterStage.DOCUMENTS):
            self._documented, written = self.writer.documented(self._decomposition, again)
            self._note(WriterStage.DOCUMENTS, "", written)
            again = None
        assert self._documented is not None
        if at <= _at(WriterStage.INTEGRATION):
            self._integrated, written = self.writer.integrated(self._documented, again)
            self._note(WriterStage.INTEGRATION, "", written)
            again = None
        assert self._integrated is not None
        if at <= _at(WriterStage.SCALING):
            self._scaled, written = self.writer.scaled(self._integrated, again)
            self._note(WriterStage.SCALING, "", written)
        self._code(flaws if stage is WriterStage.DEPLOYMENT else [])

    def _code(self, flaws: list[Flaw]) -> None:
        """The code of every tool that has none, or whose code is flawed; a flaw of no tool is one of each."""
        assert self._scaled is not None
        named = {document.name for document in self._scaled.documents}
        kept: dict[str, str] = {}
        coded: dict[str, ToolDocument] = {}
        for document in self._scaled.documents:
            name = document.name
            own = [flaw for flaw in flaws if flaw.tool == name or flaw.tool not in named]
            if own:
                code, written = self.writer.coded(
                    self._scaled, document, self._again(WriterStage.DEPLOYMENT, own, name)
                )
            elif self._coded.get(name) == document:
                kept[name], coded[name] = self._sources[name], document
                continue
            else:
                code, written = self.writer.coded(self._scaled, document)
            self._note(WriterStage.DEPLOYMENT, name, written)
            kept[name], coded[name] = code, document
        self._sources, self._coded = kept, coded

    def _again(self, stage: WriterStage, flaws: list[Flaw], tool: str = "") -> Again | None:
        return Again(self._said.get((stage, tool), ()), told(flaws)) if flaws else None

    def _note(self, stage: WriterStage, tool: str, written: Written) -> None:
        self._said[stage, tool] = written.said
        self._repairs += [Repair(stage.value, "unusable reply", problem) for problem in written.problems]

    def _given_up(self, error: GaveUp, flaws: Sequence[Flaw] = ()) -> Dropped:
        """Dropped for want of a reply, or for what the reply should have mended."""
        check, reason = ("no usable reply", error.reason)
        if flaws:
            check, reason = flaws[0].check, f"{flaws[0].evidence} (asked again: {error.reason})"
        return Dropped(str(error.stage), check, reason, tuple(self._repairs), open=isinstance(error, Unanswered))
