"""What can be said against a reply before anything runs: leaks, loose ends, tools that are two of a kind.

Each check gives words for the model that wrote the reply, or None where nothing is wrong. What the form of a reply
says against it is in :mod:`ftrl_gym.construct.llm.replies`.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ftrl_gym.construct.leaks import stands_in, stands_in_schema
from ftrl_gym.construct.llm.answer_types import typed
from ftrl_gym.construct.llm.final_answers import final_answer
from ftrl_gym.construct.llm.giving_away import is_trivial
from ftrl_gym.construct.llm.replies import CodeReply, DecompositionReply, DocumentsReply, ToolsReply
from ftrl_gym.construct.objects import Decomposition, Integrated
from ftrl_gym.grounding import tokens
from ftrl_gym.prompt import to_json
from ftrl_gym.question_values import read
from ftrl_gym.sandbox import refusal
from ftrl_gym.solver_blind import follows_from
from ftrl_gym.task import Answer, AnswerType, Json
from ftrl_gym.toolcall import Checker
from ftrl_gym.tooldoc import ToolDocument

_TEXTS = ("description", "title", "default", "enum", "example", "examples", "pattern")
_NO_DAY = "2000-01-01"
_ORDERED = (AnswerType.NUMBER, AnswerType.MONEY, AnswerType.DATE, AnswerType.TIME)


def decomposition_problem(reply: DecompositionReply, others: Iterable[str] = (), asked: str = "") -> str | None:
    """What is wrong with a question and its parts.

    Args:
        reply: The first stage's.
        others: Questions that there are already.
        asked: The question that was to be taken apart; empty where one was to be written.
    """
    if asked and tokens(reply.question) != tokens(asked):
        return f"the question must stay as it is, word for word: {asked}"
    if tokens(reply.question) in map(tokens, others):
        return "there is this question already: write another one"
    answers = {sub.id: typed(sub.answer) for sub in reply.sub_questions}
    for sub in reply.sub_questions:
        if str(sub.answer).strip() == "" or sub.answer == []:
            return f"sub-question {sub.id} has no answer"
        if not is_trivial(answers[sub.id]) and _stands_in_question(reply.question, answers[sub.id]):
            return (
                f"the answer to sub-question {sub.id}, {to_json(sub.answer)}, stands in the question, so that it need "
                "not be found out: ask without it"
            )
    final = final_answer(reply.answer, list(answers.values()))
    compared = sum(answer.type in _ORDERED for answer in answers.values()) > 1
    if not is_trivial(final) and _stands_in_question(reply.question, final) and not compared:
        return (
            f"the final answer {to_json(reply.answer)} stands in the question, so that it need not be found out: ask "
            "without it"
        )
    if not compared and not follows_from(final, answers):
        return (
            f"the final answer {to_json(reply.answer)} does not follow from the answers of the sub-questions: it has "
            "to be one of them, a list of them, or their sum, difference, product, mean, least, most or number"
        )
    return None


def documents_problem(reply: DocumentsReply, told: Decomposition) -> str | None:
    """What is wrong with the narrow documents."""
    served = (name for document in reply.documents for name in document.sub_question_ids)
    doubled = "are served by more than one document; each is served by exactly one"
    if problem := _not_each_once(served, told, "no document serves", doubled):
        return problem
    tools = [document.tool.document() for document in reply.documents]
    names = Counter(tool.name for tool in tools)
    if same := [name for name, count in names.items() if count > 1]:
        return f"several documents are called {same}: one tool has one document, which may serve several sub-questions"
    return _leak(tools, told) or _alike(tools)


def tools_problem(reply: ToolsReply, told: Decomposition, before: Integrated | None = None) -> str | None:
    """What is wrong with integrated or scaled tools.

    Args:
        reply: The third or fourth stage's.
        told: What is asked.
        before: The integrated tools, where these are to be more than they.
    """
    called = (call.sub_question_id for call in reply.calls)
    if problem := _not_each_once(
        called, told, "no call answers", "have more than one call; each is answered by exactly one"
    ):
        return problem
    tools = {tool.name: tool.document() for tool in reply.tools}
    for call in reply.calls:
        problem = Checker(tools[call.tool]).problem(dict(call.arguments))
        if problem is not None:
            return f"the call for sub-question {call.sub_question_id} does not fit its tool: {problem}"
    return (
        _leak(tools.values(), told)
        or _alike(list(tools.values()))
        or (_less(reply, tools, before) if before is not None else None)
    )


def _not_each_once(names: Iterable[str], told: Decomposition, lacking: str, doubled: str) -> str | None:
    """Whether names are other than every sub-question's, each once; ``lacking`` and ``doubled`` begin and end what is
    said of those that are missing and of those that come again."""
    known = [sub.id for sub in told.sub_questions]
    counts = Counter(names)
    for name in counts:
        if name not in known:
            return f"there is no sub-question {name!r}; there are {known}"
    if missing := [name for name in known if name not in counts]:
        return f"{lacking} the sub-questions {missing}: each needs one"
    if twice := [name for name, count in counts.items() if count > 1]:
        return f"the sub-questions {twice} {doubled}"
    return None


def _less(reply: ToolsReply, tools: dict[str, ToolDocument], before: Integrated) -> str | None:
    """Whether a scaled tool does less than the integrated one in its place."""
    now = {call.sub_question_id: tools[call.tool] for call in reply.calls}
    old = {tool.name: tool for tool in before.tools}
    for sub, name in before.serves.items():
        served = sum(now[other].name == now[sub].name for other, tool in before.serves.items() if tool == name)
        if served == sum(tool == name for tool in before.serves.values()) and len(now[sub].leaves) < len(
            old[name].leaves
        ):
            return (
                f"{now[sub].name} takes {len(now[sub].leaves)} values, fewer than the {len(old[name].leaves)} of "
                f"{name} before it: a scaled tool does all that the tool before it did, and more"
            )
    return None


def _leak(tools: Iterable[ToolDocument], told: Decomposition) -> str | None:
    """Whether a document gives an answer away."""
    final = told.outcome.answer
    answers = [sub.answer for sub in told.sub_questions] + ([final] if final is not None else [])
    compared = final is not None and stands_in(told.question, final)  # it names the things that are compared
    for tool in tools:
        for answer in answers:
            if not is_trivial(answer) and not (compared and answer is final) and _tells(tool, answer):
                return (
                    f"the document of {tool.name} tells {to_json(answer.value)}, which is an answer that has to be "
                    "found out: take it out of the names, the descriptions, the examples, the defaults and the enums"
                )
    return None


def _tells(tool: ToolDocument, answer: Answer) -> bool:
    """Whether any word of a document that a policy reads is an answer, the names of tool and parameters included."""
    if stands_in_schema(answer, tool):
        return True
    words = tokens(" ".join([tool.name, tool.description, *_words(tool.parameters)]))
    parts = answer.value if isinstance(answer.value, list) else [answer.value]
    return any(not is_trivial(typed(part)) and tokens(str(part)) in words for part in parts)


def _words(schema: Json) -> Iterator[str]:
    """Names and texts of a schema, and what stands in its examples, defaults and vocabularies."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "properties" and isinstance(value, dict):
                yield from value
                for inner in value.values():
                    yield from _words(inner)
            elif key in _TEXTS:
                yield to_json(value)
            elif isinstance(value, dict | list):
                yield from _words(value)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _words(inner)


def _stands_in_question(question: str, answer: Answer) -> bool:
    """Whether a question gives an answer away, in other figures and letters too: 4,500 for 4500, 1 March for a day."""
    letters = "".join(c for c in unicodedata.normalize("NFKC", question) if unicodedata.category(c) != "Cf")
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", letters)
    if stands_in(question, answer) or stands_in(plain, answer):
        return True
    named = read(plain, _NO_DAY)
    if answer.type in (AnswerType.NUMBER, AnswerType.MONEY):
        return answer.value in named.numbers
    return answer.type is AnswerType.DATE and answer.value in named.dates


def _alike(tools: Sequence[ToolDocument]) -> str | None:
    """Whether two documents are of one tool under two names."""
    seen: dict[str, str] = {}
    for tool in tools:
        about = tokens(tool.description)
        if about in seen:
            return f"{seen[about]} and {tool.name} are the same tool: describe what each does that the other does not"
        seen[about] = tool.name
    return None


def code_problem(reply: CodeReply, document: ToolDocument) -> str | None:
    """What is wrong with a tool's code before it is called."""
    if reply.name != document.name:
        return f"the tool is called {document.name}, not {reply.name}"
    try:
        tree = ast.parse(reply.code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return f"the code is no Python: {error}"
    function = next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == reply.name), None)
    if function is None:
        return f"the code defines no function {document.name} at its top level"
    if problem := _parameters_problem(function, document):
        return problem
    reason = refusal(reply.name, reply.code)
    return f"the code cannot be defined where it is to run: {reason}" if reason is not None else None


def _parameters_problem(function: ast.FunctionDef, document: ToolDocument) -> str | None:
    own = function.args
    named = [argument.arg for argument in (*own.posonlyargs, *own.args, *own.kwonlyargs)]
    wanted = list(document.parameters.get("properties", {}))
    missing = [name for name in wanted if name not in named]
    if missing and own.kwarg is None:
        return f"{document.name} does not take {missing}, which its document says it takes"
    optional = {argument.arg for argument in own.args[len(own.args) - len(own.defaults) :]} if own.defaults else set()
    optional |= {arg.arg for arg, default in zip(own.kwonlyargs, own.kw_defaults, strict=True) if default is not None}
    needed = {*document.parameters.get("required", ())}
    demanded = [name for name in named if name not in optional and name not in needed]
    if demanded:
        return f"{document.name} cannot be called without {demanded}, which its document does not require"
    return None
