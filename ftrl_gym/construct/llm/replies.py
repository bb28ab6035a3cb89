"""The five replies of a model that writes scenarios: their fields, and what is refused in them.

The names of the stages and of the fields are fixed, so that what a model once wrote can be played again:

    scenario_decomposition   {question, kind, answer, sub_questions: [{id, question, answer, depends_on: [id]}]}
    document_generation      {documents: [{sub_question_ids: [id], tool: {name, description, parameters, returns}}]}
    function_integration     {tools: [{name, description, parameters, returns}],
                              calls: [{sub_question_id, tool, arguments}]}
    complexity_scaling       as function_integration
    localized_deployment     {name, code}, one request per tool

``returns`` is the JSON schema of the tool's result. Reading is generous in form (a number where a text is meant, an
object as JSON text, fields that nobody asked for) and strict in substance: sizes are bounded, names are those of Python
functions, parameters become a schema that every validator can compile, and what refers to something refers to what is
there. A refusal says what would be right, for it goes back to the model.
"""

from __future__ import annotations

import json
import keyword
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ftrl_gym.foreign_schema import clean_schema, without_references
from ftrl_gym.task import Json, Kind
from ftrl_gym.tooldoc import Returns, ToolDocument


class WriterStage(StrEnum):
    """The five requests, by the name of their schema."""

    DECOMPOSITION = "scenario_decomposition"
    """A domain, or a question, becomes a question with sub-questions and answers."""
    DOCUMENTS = "document_generation"
    """One tool document per sub-question."""
    INTEGRATION = "function_integration"
    """Overlapping documents merged, and the calls that answer the sub-questions."""
    SCALING = "complexity_scaling"
    """The tools made harder to use, and the calls as they are then."""
    DEPLOYMENT = "localized_deployment"
    """The code of one tool."""


MAX_SUB_QUESTIONS = 24
MAX_TOOLS = 48
MAX_CALLS = 96
MAX_QUESTION_CHARS = 4_000
MAX_ANSWER_CHARS = 1_000
MAX_DOCUMENT_CHARS = 20_000
"""One tool document as JSON."""
MAX_CODE_CHARS = 60_000


# --- generous in form ------------------------------------------------------------------------------------------------


_HALVES = re.compile("[\ud800-\udfff]")


def whole(value: Any) -> Any:
    """A JSON value without escapes for half a character, which no file and no request can hold."""
    if isinstance(value, dict):
        return {whole(name): whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [whole(inner) for inner in value]
    return _HALVES.sub("\ufffd", value) if isinstance(value, str) else value


def _text(value: Any) -> Any:
    """A number as text; models count sub-questions as often as they name them."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _list(value: Any) -> Any:
    """Nothing as the empty list, one thing as a list of it."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _object(value: Any) -> Any:
    """An object that was written as JSON text."""
    if not isinstance(value, str):
        return {} if value is None else value
    try:
        return whole(json.loads(value)) if value.strip() else {}
    except (ValueError, RecursionError):
        return value


def _bare(value: Any) -> Any:
    """An answer out of ``{"value": …}``."""
    return value["value"] if isinstance(value, dict) and "value" in value else value


def _kind(value: Any) -> Any:
    """``Parallel Multi-Hop`` as ``parallel_multi_hop``."""
    return re.sub(r"[\s-]+", "_", value.strip().lower()) if isinstance(value, str) else value


def _name(value: Any) -> Any:
    """``museum.get-loan`` as ``museum_get_loan``: the name of a function."""
    return re.sub(r"[\s.:/-]+", "_", value.strip()) if isinstance(value, str) else value


Id = Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=64)]
ToolName = Annotated[str, BeforeValidator(_name), Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
Words = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION_CHARS)]
Scalar = bool | int | float | Annotated[str, Field(max_length=MAX_ANSWER_CHARS)]
AnswerValue = Annotated[Scalar | Annotated[list[Scalar], Field(max_length=50)], BeforeValidator(_bare)]
Object = Annotated[dict[str, Any], BeforeValidator(_object)]


class ReplyPart(BaseModel):
    """Base of what a model writes: fields that nobody asked for are dropped."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


# --- stage one -------------------------------------------------------------------------------------------------------


class SubQuestionReply(ReplyPart):
    """One piece of information that the question needs."""

    id: Id
    question: Words
    answer: AnswerValue
    depends_on: Annotated[list[Id], BeforeValidator(_list), Field(max_length=MAX_SUB_QUESTIONS)] = []


class DecompositionReply(ReplyPart):
    """A question, taken apart."""

    question: Words
    kind: Annotated[Kind, BeforeValidator(_kind)]
    answer: AnswerValue
    sub_questions: Annotated[list[SubQuestionReply], Field(min_length=1, max_length=MAX_SUB_QUESTIONS)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        ids = [sub.id for sub in self.sub_questions]
        _refuse_twice("sub-question", ids)
        for sub in self.sub_questions:
            _refuse_unknown(f"sub-question {sub.id!r} depends on", sub.depends_on, ids)
        left = {sub.id: set(sub.depends_on) for sub in self.sub_questions}
        while ready := [name for name, waits in left.items() if waits.isdisjoint(left)]:
            for name in ready:
                del left[name]
        if left:
            raise ValueError(
                f"the sub-questions {sorted(left)} depend on each other in a circle; one can depend only on what is "
                "answered before it"
            )
        return self


# --- stages two to four ----------------------------------------------------------------------------------------------


class ToolReply(ReplyPart):
    """A tool document. Its parameters and the schema of its result are cleaned while they are read."""

    name: ToolName
    description: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION_CHARS)]
    parameters: Object
    returns: Object = {}

    @model_validator(mode="before")
    @classmethod
    def _out_of_the_envelope(cls, data: Any) -> Any:
        """``{"type": "function", "function": {…}}``, as requests to models have it."""
        inner = data.get("function") if isinstance(data, dict) else None
        return {**data, **inner} if isinstance(inner, dict) and "name" not in data else data

    @model_validator(mode="after")
    def _becomes_a_document(self) -> Self:
        if keyword.iskeyword(self.name):
            raise ValueError(f"{self.name!r} is a word of Python's and cannot name a function")
        if len(json.dumps([self.parameters, self.returns])) > MAX_DOCUMENT_CHARS:
            raise ValueError(f"the document of {self.name!r} is longer than {MAX_DOCUMENT_CHARS:,} characters")
        parameters = _cleaned(_as_object_schema(self.parameters)) | {"type": "object"}
        parameters.setdefault("properties", {})
        wrong = [name for name in parameters["properties"] if not name.isidentifier() or keyword.iskeyword(name)]
        if wrong:
            raise ValueError(
                f"the parameters {wrong} of {self.name!r} cannot be arguments of a Python function: use letters, "
                "digits and underscores, and no word of Python's"
            )
        inner = self.returns.get("schema")
        object.__setattr__(self, "parameters", parameters)
        object.__setattr__(self, "returns", _cleaned(inner if isinstance(inner, dict) else self.returns))
        self.document()
        return self

    def document(self) -> ToolDocument:
        """The same as everything else here reads it."""
        returns = Returns(schema=self.returns)
        return ToolDocument(name=self.name, description=self.description, parameters=self.parameters, returns=returns)


class DocumentReply(ReplyPart):
    """A tool document, and the sub-questions that it is for."""

    sub_question_ids: Annotated[
        list[Id],
        BeforeValidator(_list),
        Field(
            min_length=1,
            max_length=MAX_SUB_QUESTIONS,
            validation_alias=AliasChoices("sub_question_ids", "sub_question_id"),
        ),
    ]
    tool: ToolReply

    @model_validator(mode="before")
    @classmethod
    def _returns_beside_it(cls, data: Any) -> Any:
        """A result's schema that stands beside the tool."""
        tool = data.get("tool") if isinstance(data, dict) else None
        if isinstance(tool, dict) and "returns" in data and "returns" not in tool:
            return {**data, "tool": {**tool, "returns": data["returns"]}}
        return data


class DocumentsReply(ReplyPart):
    """The documents of one question."""

    documents: Annotated[list[DocumentReply], BeforeValidator(_list), Field(min_length=1, max_length=MAX_TOOLS)]


class CallReply(ReplyPart):
    """The call that answers a sub-question."""

    sub_question_id: Id
    tool: ToolName
    arguments: Object


class ToolsReply(ReplyPart):
    """The tools of one question, with the calls that answer it: stages three and four."""

    tools: Annotated[list[ToolReply], BeforeValidator(_list), Field(min_length=1, max_length=MAX_TOOLS)]
    calls: Annotated[list[CallReply], BeforeValidator(_list), Field(min_length=1, max_length=MAX_CALLS)]

    @model_validator(mode="after")
    def _calls_its_tools(self) -> Self:
        names = [tool.name for tool in self.tools]
        _refuse_twice("tool", names)
        for call in self.calls:
            _refuse_unknown(f"the call for sub-question {call.sub_question_id!r} names", [call.tool], names)
        return self


class GivenToolsReply(ToolsReply):
    """Stage three where tools are given: only its calls are read, whatever it says of the tools."""

    tools: Annotated[list[ToolReply], BeforeValidator(lambda said: [])] = []

    @model_validator(mode="after")
    def _calls_its_tools(self) -> Self:
        return self


# --- stage five ------------------------------------------------------------------------------------------------------


class CodeReply(ReplyPart):
    """A tool's implementation."""

    name: ToolName
    code: Annotated[str, Field(min_length=1, max_length=MAX_CODE_CHARS)]

    @model_validator(mode="after")
    def _without_a_fence(self) -> Self:
        fenced = re.fullmatch(r"\s*```[\w+-]*[ \t]*\n(.*?)\n?```\s*", self.code, re.DOTALL)
        if fenced:
            object.__setattr__(self, "code", fenced.group(1) + "\n")
        return self


REPLIES: Mapping[WriterStage, type[ReplyPart]] = {
    WriterStage.DECOMPOSITION: DecompositionReply,
    WriterStage.DOCUMENTS: DocumentsReply,
    WriterStage.INTEGRATION: ToolsReply,
    WriterStage.SCALING: ToolsReply,
    WriterStage.DEPLOYMENT: CodeReply,
}


def _cleaned(schema: dict[str, Json]) -> dict[str, Json]:
    return clean_schema(without_references(schema))


def _as_object_schema(parameters: dict[str, Json]) -> dict[str, Json]:
    """A schema of an object, also where only its properties were given."""
    bare = parameters and not {"type", "properties", "required", "oneOf"} & parameters.keys()
    if bare and all(isinstance(each, dict) for each in parameters.values()):
        return {"type": "object", "properties": parameters}
    return parameters


def _refuse_twice(what: str, names: Sequence[str]) -> None:
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise ValueError(f"{twice} stand for more than one {what}; give each a name of its own, and each once")


def _refuse_unknown(who: str, names: Iterable[str], known: Sequence[str]) -> None:
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise ValueError(f"{who} {unknown}, which is not there; there are {list(known)}")
