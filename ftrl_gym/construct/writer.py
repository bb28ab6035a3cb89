"""Writers: who fills the five stages with content.

The procedural writer derives everything from a declared domain and a seeded world. Another writer (a language model)
fills the same stages behind the same protocol.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Protocol

from ftrl_gym.construct.answering import Ground, NoQuestion
from ftrl_gym.construct.certify import Certifier, Depth
from ftrl_gym.construct.decompose import decompose
from ftrl_gym.construct.deploy import deploy
from ftrl_gym.construct.document import document
from ftrl_gym.construct.integrate import integrate
from ftrl_gym.construct.objects import Brief, Decomposition, Documented, Integrated, Scaled
from ftrl_gym.construct.requests import decompose_request
from ftrl_gym.construct.scale import design_of, scale
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.toolset import Toolset
from ftrl_gym.errors import CertificationError, ConstructionError
from ftrl_gym.task import Task

ATTEMPTS = 200
"""Draws for one brief before it counts as impossible."""
_ATTEMPTS_AT_ONE = 40
"""Draws for a brief where another one will do."""


class Writer(Protocol):
    """Five stages, each from the one before."""

    def decompose(self, brief: Brief) -> Decomposition:
        """A question with sub-questions, answer and reference solution. Raises NoQuestion."""
        ...

    def document(self, decomposition: Decomposition) -> Documented:
        """One narrow document per sub-question."""
        ...

    def integrate(self, documented: Documented) -> Integrated:
        """Overlapping documents merged."""
        ...

    def scale(self, integrated: Integrated) -> Scaled:
        """The toolset as offered."""
        ...

    def deploy(self, scaled: Scaled, task_id: str) -> Task:
        """The task with its proof. Raises CertificationError."""
        ...


class ProceduralWriter:
    """Derives all content from a domain.

    Args:
        ground: World id -> the world with its vocabulary.
        toolsets: Design -> the domain's tools in it; the plain design gives the pool that questions are made of.
        depth: How much of the proof is computed.
    """

    def __init__(self, ground: Callable[[str], Ground], toolsets: Callable[[Design], Toolset], depth: Depth) -> None:
        self._ground, self._toolsets = ground, toolsets
        self._pool = toolsets(Design()).pool
        self._certifiers = functools.lru_cache(maxsize=8)(lambda design: Certifier(toolsets(design).pool, depth))

    def decompose(self, brief: Brief) -> Decomposition:
        """See :class:`Writer`."""
        stage = decompose_request if "state" in brief.features else decompose
        return stage(brief, self._ground(brief.world))

    def document(self, decomposition: Decomposition) -> Documented:
        """See :class:`Writer`."""
        return document(decomposition, self._pool.documents)

    def integrate(self, documented: Documented) -> Integrated:
        """See :class:`Writer`."""
        brief = documented.decomposition.brief
        return integrate(documented, self._toolsets(design_of(brief, scaled=False)))

    def scale(self, integrated: Integrated) -> Scaled:
        """See :class:`Writer`."""
        return scale(integrated, self._toolsets(design_of(integrated.documented.decomposition.brief)))

    def deploy(self, scaled: Scaled, task_id: str) -> Task:
        """See :class:`Writer`."""
        brief = scaled.integrated.documented.decomposition.brief
        design = design_of(brief)
        ground = self._ground(brief.world)
        certifier = self._certifiers(design)
        return deploy(scaled, self._toolsets(design), self._pool, ground.domain, ground.world, task_id, certifier)


def write_task(
    writer: Writer, brief: Brief, task_id: str, refused: Counter[str] | None = None, attempts: int = ATTEMPTS
) -> Task:
    """A certified task for a brief: draws until one passes every check.

    Args:
        writer: Fills the stages.
        brief: What is asked for; its ``attempt`` is where the draws begin.
        task_id: Id of the new task.
        refused: Counts the checks at which draws failed.
        attempts: Draws before it counts as impossible.

    Raises:
        ConstructionError: No draw passed.
    """
    last = ""
    for attempt in range(brief.attempt, brief.attempt + attempts):
        try:
            decomposition = writer.decompose(brief.model_copy(update={"attempt": attempt}))
            scaled = writer.scale(writer.integrate(writer.document(decomposition)))
            return writer.deploy(scaled, task_id)
        except NoQuestion as error:
            check, last = "question", str(error)
        except CertificationError as error:
            check, last = error.check, str(error)
        if refused is not None:
            refused[check] += 1
    raise ConstructionError(
        f"{attempts} draws for {brief.kind} of {brief.hops} hops in world {brief.world} failed; the last: {last}"
    )


def write_first(writer: Writer, briefs: Iterable[Brief], task_id: str, refused: Counter[str] | None = None) -> Task:
    """A certified task for the first of some briefs for which there is one: small worlds do not have every shape.

    Args:
        writer: Fills the stages.
        briefs: What is asked for, and what will do instead.
        task_id: Id of the new task.
        refused: Counts the checks at which draws failed, and as ``shape`` the briefs that came to nothing.

    Raises:
        ConstructionError: There is none for any of them.
    """
    wanted = list(briefs)
    for number, brief in enumerate(wanted, 1):
        try:
            return write_task(writer, brief, task_id, refused, ATTEMPTS if number == len(wanted) else _ATTEMPTS_AT_ONE)
        except ConstructionError as error:
            last, kind, name = error, brief.kind, brief.scenario
            if refused is not None:
                refused["shape"] += 1
    raise ConstructionError(
        f"{name} gives no {kind} task, however easy ({last}). Give its entities more rows and relations between them, "
        "or leave that kind out"
    ) from last
