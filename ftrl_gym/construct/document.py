"""Stage 2, document generation: one narrow tool document per sub-question.

A narrow document asks for what its sub-question's call passes and returns the one fact, nothing else. Documents of
writing calls keep the whole result, for the change is what they are called for.
"""

from __future__ import annotations

from collections.abc import Mapping

from ftrl_gym.construct.objects import Decomposition, Documented, NarrowDocument
from ftrl_gym.task import SubQuestion
from ftrl_gym.tooldoc import FactSource, Returns, ToolDocument


def document(decomposition: Decomposition, pool: Mapping[str, ToolDocument]) -> Documented:
    """A document for each sub-question, as a view of the pool tool that its reference call uses."""
    calls = {sub: call for call in decomposition.calls for sub in call.answers}
    documents = []
    for sub in decomposition.sub_questions:
        tool = pool[calls[sub.id].tool]
        narrow = _narrow(tool, sub, tuple(calls[sub.id].arguments))
        documents.append(NarrowDocument(sub_questions=(sub.id,), tool=narrow, origin=tool.name))
    return Documented(decomposition=decomposition, documents=tuple(documents))


def _narrow(tool: ToolDocument, sub: SubQuestion, passed: tuple[str, ...]) -> ToolDocument:
    properties = {name: tool.parameters["properties"][name] for name in passed}
    parameters = {**tool.parameters, "properties": properties, "required": list(passed)}
    binds = {name: bound for name, bound in tool.binds.items() if name in passed}
    if sub.fact is None:
        return tool.model_copy(update={"parameters": parameters, "binds": binds, "description": sub.question})
    return ToolDocument(
        name=f"{tool.name}_{sub.fact.attribute}",
        description=f"Answers questions such as: {sub.question}",
        parameters=parameters,
        returns=Returns(facts=tuple(_one_field(s, sub) for s in tool.returns.facts if s.entity == sub.fact.entity)),
        binds=binds,
        effect=tool.effect,
    )


def _one_field(source: FactSource, sub: SubQuestion) -> FactSource:
    assert sub.fact is not None
    fields = {
        name: attribute
        for name, attribute in source.fields.items()
        if attribute == sub.fact.attribute or name in source.key
    }
    return source.model_copy(update={"fields": fields})
