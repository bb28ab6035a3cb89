"""The writer for tools that are there already: a user's functions, or those of a server.

The tools were tried out beforehand, and the model is shown what they return; it asks about that, and says which calls
answer it. Documents and code are given, so two of the five requests remain. What the proof finds wrong with a tool
cannot be mended: the question goes back, or its calls. What is kept of the tools is a recording of every call that was
made for a task, proved once more as it is played.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from ftrl_gym.construct.llm import reply_checks
from ftrl_gym.construct.llm.asking import Asker
from ftrl_gym.construct.llm.briefing import source_text
from ftrl_gym.construct.llm.drafts import Draft
from ftrl_gym.construct.llm.exploring import Explored, explored
from ftrl_gym.construct.llm.flaws import Flaw
from ftrl_gym.construct.llm.prompting import Prompts
from ftrl_gym.construct.llm.proving import Proof, prove
from ftrl_gym.construct.llm.recording import Recorder
from ftrl_gym.construct.llm.replies import GivenToolsReply, ToolReply, ToolsReply, WriterStage
from ftrl_gym.construct.llm.writer import Again, LLMWriter, Written, about, as_written, calls_of, in_json
from ftrl_gym.construct.objects import Brief, Decomposition, Documented, Integrated, Scaled
from ftrl_gym.errors import SandboxError, UsageError
from ftrl_gym.execution import Toolbox
from ftrl_gym.prompt import to_json
from ftrl_gym.sandbox import SandboxToolbox
from ftrl_gym.tooldoc import ToolDocument

MOST_OFFERED = 12
"""Tools of one task."""
_SHOWN_CALLS = 40
_SHOWN_CHARS = 600
"""Of one result."""
_SAID_CHARS = 150
_EMPTY = "These tools are given and stay as they are: leave the list `tools` of your reply empty."
_GIVEN = " The tools are given and stay as they are: ask for what they return, and call them as they are."


class GivenTools:
    """Tools that are there, tried out.

    Args:
        documents: Of the tools.
        toolbox: Runs them.

    Raises:
        UsageError: No call of any of them returned anything.
    """

    def __init__(self, documents: Sequence[ToolDocument], toolbox: Toolbox) -> None:
        self.documents = tuple(documents)
        self.recorder = Recorder(documents, toolbox)
        self.found: Sequence[Explored] = explored(self.documents, self.recorder)
        if not self.found:
            why = "; ".join(f"{name}: {reason}" for name, reason in self.silent.items())
            raise UsageError(
                f"no call of {', '.join(each.name for each in documents)[:300]} returned anything, so there is nothing "
                f"to ask about ({why[:600]}). Name values that work in their documents: defaults, enums, or examples "
                "in quotes"
            )

    @property
    def silent(self) -> dict[str, str]:
        """Tools of which no call returned anything, and what the first one said."""
        worked = {one.tool for one in self.found}
        said = {each.name: self.recorder.refusals(each.name) for each in self.documents if each.name not in worked}
        return {
            name: why[0][:_SAID_CHARS] if why else "no values to call it with, or empty results"
            for name, why in said.items()
        }

    def text(self, seed: int) -> str:
        """What a model is told of them: the documents, and some of the calls with what they returned."""
        some = list(self.found)
        random.Random(f"given/{seed}").shuffle(some)
        lines = []
        for one in some[:_SHOWN_CALLS]:
            result = to_json(one.result)
            shown = result if len(result) <= _SHOWN_CHARS else f"{result[:_SHOWN_CHARS]}…"
            lines.append(f"- {one.tool}({to_json(one.arguments)}) -> {shown}")
        return (
            "The tools are given, with real data behind them. Ask only for what calls of them return, invent nothing, "
            "and take every answer word for word from a result. The tools:\n\n"
            f"{in_json([as_written(each) for each in self.documents])}\n\n"
            "Calls that were made, and what they returned:\n\n" + "\n".join(lines)
        )


class GivenToolsWriter(LLMWriter):
    """Asks a model for questions about given tools; see :class:`ftrl_gym.construct.writer.Writer`.

    Args:
        asker: Asks it.
        given: The tools.
        prompts: Say what is asked for; None for the packaged ones.
    """

    def __init__(self, asker: Asker, given: GivenTools, prompts: Prompts | None = None) -> None:
        super().__init__(asker, prompts)
        self._given = given
        self._replies = [ToolReply.model_validate(as_written(document)) for document in given.documents]

    def source(self, brief: Brief) -> str:
        """See :class:`LLMWriter`."""
        about_it = f"{source_text(brief)}\n\n" if brief.domain or brief.asked else ""
        return f"{about_it}{self._given.text(brief.seed)}"

    def documented(self, told: Decomposition, again: Again | None = None) -> tuple[Documented, Written]:
        """The second stage: the documents are there, and nothing is asked."""
        return Documented(decomposition=told, documents=()), Written((), ())

    def integrated(self, documented: Documented, again: Again | None = None) -> tuple[Integrated, Written]:
        """The third stage: which calls answer the sub-questions."""
        told = documented.decomposition
        given = [{"tool": as_written(document)} for document in self._given.documents]
        values = {**about(told), "documents": f"{in_json(given)}\n\n{_EMPTY}"}

        def check(reply: ToolsReply) -> str | None:
            known = [document.name for document in self._given.documents]
            unknown = [call.tool for call in reply.calls if call.tool not in known]
            if unknown:
                return f"there are no tools {unknown}; there are {known}, and they stay as they are"
            return reply_checks.tools_problem(reply.model_copy(update={"tools": self._replies}), told)

        reply, written = self._ask(WriterStage.INTEGRATION, GivenToolsReply, values, check, again)
        calls = calls_of(reply, self._given.documents, told)
        used = {call.tool for call in calls}
        tools = tuple(document for document in self._given.documents if document.name in used)
        serves = {name: call.tool for call in calls for name in call.answers}
        return Integrated(documented=documented, tools=tools, serves=serves, calls=calls), written

    def scaled(self, integrated: Integrated, again: Again | None = None) -> tuple[Scaled, Written]:
        """The fourth stage: other tools are offered too, those that were seen to work."""
        used = [document.name for document in integrated.tools]
        works = {one.tool for one in self._given.found}
        others = [document.name for document in self._given.documents if document.name in works - set(used)]
        random.Random(f"offered/{integrated.documented.decomposition.brief.seed}").shuffle(others)
        offered = {*used, *others[: max(0, MOST_OFFERED - len(used))]}
        documents = tuple(document for document in self._given.documents if document.name in offered)
        scaled = Scaled(
            integrated=integrated,
            toolset="",
            tools=tuple(document.name for document in documents),
            documents=documents,
            distractors=len(documents) - len(used),
            calls=integrated.calls,
            derivations=(),
        )
        return scaled, Written((), ())

    def coded(self, scaled: Scaled, document: ToolDocument, again: Again | None = None) -> tuple[str, Written]:
        """The fifth stage: what was recorded of a tool while it was tried out."""
        return self._given.recorder.source(document.name), Written((), ())

    def proved(self, draft: Draft, task_id: str) -> tuple[Proof, dict[str, str]]:
        """See :class:`LLMWriter`. Proved with the tools themselves, then with the recording of what was called."""
        recorder = self._given.recorder.branch()
        live = prove(draft, task_id, recorder)
        if live.task is None:
            return _to_the_question(live), {}
        sources = {document.name: recorder.source(document.name) for document in draft.documents}
        try:
            replay = SandboxToolbox(sources)
        except SandboxError as error:
            return Proof(None, (Flaw("cannot be recorded", WriterStage.DECOMPOSITION, str(error) + _GIVEN),)), {}
        return _to_the_question(prove(replace(draft, sources=sources), task_id, replay)), sources


def _to_the_question(proof: Proof) -> Proof:
    """A proof whose flaws go back to what can be changed: a wrong answer to the question, all else to the calls."""
    back = {"wrong answer": WriterStage.DECOMPOSITION}
    flaws = tuple(
        flaw
        if flaw.stage in (WriterStage.DECOMPOSITION, WriterStage.INTEGRATION)
        else replace(
            flaw, stage=back.get(flaw.check, WriterStage.INTEGRATION), evidence=flaw.evidence + _GIVEN, tool=""
        )
        for flaw in proof.flaws
    )
    return replace(proof, flaws=flaws)
