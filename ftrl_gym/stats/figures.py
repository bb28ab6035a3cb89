"""The figures of one sample, all of which are JSON values, and the report that sets samples side by side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ftrl_gym.stats import questions
from ftrl_gym.stats.dials import Dials, dials
from ftrl_gym.stats.leaks import Leaks, leaks
from ftrl_gym.stats.sample import Measured, Sample
from ftrl_gym.stats.spread import Spread
from ftrl_gym.task import Kind

MAX_SAMPLE = 200
"""N-gram ratios fall as texts are added, so they are taken over equally many questions, at most so many."""
_LITERAL = re.compile(r'"[^"]*"|\d{4}-\d\d-\d\d|(?<![\w-])[-+]?\d[\d.]*(?![\w-])')
"""What a program names or compares with."""
_NUMBER = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")


@dataclass(frozen=True)
class OfKind:
    """Tasks of one kind."""

    tasks: int
    tools: Spread
    """Tools offered."""
    golden_tools: Spread
    """Different tools of the sub-questions."""
    sub_questions: Spread


@dataclass(frozen=True)
class OfTools:
    """Tools, each counted once for every task that offers it."""

    documents: int
    """Different documents."""
    lines: Spread
    """Lines of code that answer a call, helpers included, data not."""
    parameters: Spread
    required: Spread
    types: dict[str, float]
    """Type -> share of the parameters, the most common first."""
    enum_values: Spread
    """Over the parameters that have an enum."""
    distractors: Spread
    """Per task, tools offered that no sub-question needs."""


@dataclass(frozen=True)
class OfQuestions:
    """Questions and sub-answers."""

    sub_answers: int
    characters: Spread
    """Of a sub-answer."""
    numeric: float
    """Share of the sub-answers that are a number."""
    repeated: int
    """Questions that word for word stood before."""
    repeated_masked: int
    """Questions that stood before but for names, codes, dates and numbers."""
    sampled: int
    """Questions that the n-grams are of."""
    distinct: tuple[float, float, float]
    """Different 1-, 2- and 3-grams, as a share of all."""


@dataclass(frozen=True)
class OfShapes:
    """What the questions ask."""

    shapes: int
    """Different (kind, hops, width)."""
    programs: int
    """Different programs, whatever they name and compare with; 0 where tasks do not keep them."""
    families: int
    """Different ways to ask: an operation with a frame of words."""
    operations: dict[str, int]
    """Operation, such as ``count`` or ``highest`` -> tasks; the most common first."""


@dataclass(frozen=True)
class Figures:
    """Everything that is measured on one sample."""

    name: str
    tasks: int
    kinds: dict[str, OfKind]
    tools: OfTools
    questions: OfQuestions
    shapes: OfShapes | None
    """None where the data do not say."""
    leaks: Leaks
    dials: Dials | None
    """None where the data do not say."""


def measure(samples: Sequence[Sample]) -> list[Figures]:
    """The figures of each sample. N-grams are counted over equally many questions of each."""
    size = min([MAX_SAMPLE, *(len(sample.tasks) for sample in samples)])
    return [_figures(sample, size) for sample in samples]


def _figures(sample: Sample, size: int) -> Figures:
    return Figures(
        name=sample.name,
        tasks=len(sample.tasks),
        kinds={
            kind.value: _kind(tasks)
            for kind in Kind
            if (tasks := [task for task in sample.tasks if task.kind == kind.value])
        },
        tools=_tools(sample.tasks),
        questions=_questions(sample.tasks, size),
        shapes=_shapes(sample.tasks) if sample.certified else None,
        leaks=leaks(sample),
        dials=dials(sample) if sample.certified else None,
    )


def _kind(tasks: Sequence[Measured]) -> OfKind:
    return OfKind(
        tasks=len(tasks),
        tools=Spread.of(len(task.documents) for task in tasks),
        golden_tools=Spread.of(len(task.golden_tools) for task in tasks),
        sub_questions=Spread.of(task.sub_questions for task in tasks),
    )


def _tools(tasks: Sequence[Measured]) -> OfTools:
    documents = [document for task in tasks for document in task.documents]
    properties = [document.parameters.get("properties", {}) for document in documents]
    schemas = [schema for each in properties for schema in each.values()]
    types = Counter(_type(schema) for schema in schemas)
    return OfTools(
        documents=len({document.model_dump_json() for document in {id(each): each for each in documents}.values()}),
        lines=Spread.of(task.lines[d.name] for task in tasks for d in task.documents if d.name in task.lines),
        parameters=Spread.of(map(len, properties)),
        required=Spread.of(len(document.parameters.get("required", ())) for document in documents),
        types={name: round(count / len(schemas), 4) for name, count in types.most_common()},
        enum_values=Spread.of(len(schema["enum"]) for schema in schemas if "enum" in schema),
        distractors=Spread.of(
            sum(document.name not in task.golden_tools for document in task.documents) for task in tasks
        ),
    )


def _type(schema: dict[str, object]) -> str:
    kind = schema.get("type", "any")
    return str(next((name for name in kind if name != "null"), "null") if isinstance(kind, list) else kind)


def _questions(tasks: Sequence[Measured], size: int) -> OfQuestions:
    answers = [answer.text for task in tasks for answer in task.sub_answers]
    texts = [task.question for task in tasks]
    some = questions.drawn(texts, size)
    one, two, three = (round(questions.distinct(some, n), 4) for n in (1, 2, 3))
    return OfQuestions(
        sub_answers=len(answers),
        characters=Spread.of(map(len, answers)),
        numeric=round(sum(bool(_NUMBER.fullmatch(text)) for text in answers) / len(answers), 4) if answers else 0.0,
        repeated=questions.repeated(texts),
        repeated_masked=questions.repeated(questions.masked(texts)),
        sampled=len(some),
        distinct=(one, two, three),
    )


def program_shape(program: str) -> str:
    """A program without what it names or compares with.

    >>> program_shape('count(filter(rooms at(hotel "Aurora", 2026-05-12), nightly_price < 150))')
    'count(filter(rooms at(hotel _, _), nightly_price < _))'
    """
    return _LITERAL.sub("_", program)


def _shapes(tasks: Sequence[Measured]) -> OfShapes:
    families = [task.family for task in tasks if task.family]
    return OfShapes(
        shapes=len({task.shape for task in tasks}),
        programs=len({program_shape(task.program) for task in tasks if task.program}),
        families=len(set(families)),
        operations=dict(Counter(family.partition("/")[0] for family in families).most_common()),
    )
