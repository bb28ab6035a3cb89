"""Python of a variant's tools: one plain function per face, over the scenario's own functions."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ftrl_gym.construct.variants import lengthening, shaping
from ftrl_gym.construct.variants.faces import Face, Form, Leaf, Part
from ftrl_gym.construct.variants.functions import Role, Schema
from ftrl_gym.construct.variants.naming import Names
from ftrl_gym.construct.variants.options import Phase
from ftrl_gym.construct.variants.searching import Likeness
from ftrl_gym.errors import ConstructionError

_WIDTH = 120
_COPIED = "# --- what follows is copied ---\n"
_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "array": "list[Any]"}
_HEAD = '''"""Tools of {title}: one function per document, over the scenario's own functions, which follow them.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served.
"""

{imports}

'''
_IMPORT = re.compile(r"^(?:import|from) .+\n", re.MULTILINE)


def source_of(
    title: str, faces: Sequence[Face], plain: str, names: Names, refused: str, record: Mapping[str, str]
) -> str:
    """The source of a toolset.

    Args:
        title: What it is.
        faces: Its tools.
        plain: Source of the scenario's own tools.
        names: Names of fields.
        refused: How refusals are told: ``{}`` stands for the text.
        record: What is kept about rows, in a design with long results.

    Raises:
        ConstructionError: The scenario's code defines names that this code needs, or cannot be compiled with it.
    """
    functions = "\n\n".join("\n".join(_function(face)) + "\n" for face in faces)
    called = {name: said for face in faces for part in face.parts for name, said in face.named(part).items()}
    renamed = {name: said for name, said in sorted(called.items()) if name != said}
    imports, own = _own(plain, faces)
    constants = f"\n\n_NAMES = {_literal(renamed)}\n_REFUSED = {_literal(refused)}\n"
    helpers = inspect.getsource(shaping).partition(_COPIED)[2]
    if record:
        constants += f"_RECORD = {_literal(record)}\n"
        helpers += inspect.getsource(lengthening).partition(_COPIED)[2]
    head = _HEAD.format(title=title, imports="\n".join(_in_order(imports)))
    above = f"{head}\n{functions}{constants}{helpers}"
    try:
        twice = _defined(above) & _defined(own)
    except SyntaxError as error:
        raise ConstructionError(f"{title}: its code cannot be compiled, line {error.lineno}: {error.msg}") from None
    if twice:
        raise ConstructionError(
            f"{title}: its code defines {', '.join(sorted(twice))}, which the tools of variants need for themselves; "
            "give it another name"
        )
    return f"{above}\n\n# --- the scenario's own functions ---\n\n\n{own}"


def _defined(code: str) -> set[str]:
    """Names that stand at the top of a module."""
    nodes = ast.parse(code).body
    functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    targets = (target for node in nodes if isinstance(node, ast.Assign) for target in node.targets)
    return functions | {target.id for target in targets if isinstance(target, ast.Name)}


def _in_order(imports: Iterable[str]) -> list[str]:
    return sorted(
        {*imports, "import datetime", "from typing import Any"}, key=lambda line: (line.split()[0] == "from", line)
    )


def _own(plain: str, faces: Sequence[Face]) -> tuple[list[str], str]:
    """The scenario's source with its functions made private, after its imports; its messages name the tools of this
    toolset."""
    shown: dict[str, str] = {}
    for face in faces:
        for part in face.parts:
            shown.setdefault(part.function.name, face.name)
    body = re.sub(r'\A""".*?"""\n', "", plain, flags=re.DOTALL).lstrip()
    body = re.sub(rf"\b({'|'.join(map(re.escape, shown))})\(", r"_own_\1(", body)
    tools = [name for name in shown if "_" in name]
    if tools:
        body = re.sub(rf"(?<!_own_)\b({'|'.join(map(re.escape, tools))})\b", lambda m: shown[m[1]], body)
    imports = [line.strip() for line in _IMPORT.findall(body)]
    body = _IMPORT.sub("", body).lstrip()
    return imports, body.replace("raise ValueError(", "raise _refusal(")


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _python(value: object) -> str:
    """A JSON value as Python, with double quotes."""
    if isinstance(value, bool) or value is None:
        return repr(value)
    return _literal(value)


def _function(face: Face) -> Iterator[str]:
    yield from _signature(face)
    yield f'    """{_sentence(face.description)}"""'
    if len(face.parts) == 1:
        yield from _found(face, face.parts[0], 0, "    ")
    else:
        for number, part in enumerate(face.parts):
            last = number == len(face.parts) - 1
            yield "    else:" if last else f"    {'elif' if number else 'if'} {_condition(face, number)}:"
            yield from _found(face, part, number, "        ")
    beside = face.paged is not None or any(option.phase is Phase.BESIDE for option in face.options)
    if beside:
        yield "    beside: dict[str, Any] = {}"
    lines = [line for option in face.options if option.phase < Phase.PAGE for line in option.lines]
    lines += face.paged.lines() if face.paged is not None else ()
    lines += [f"found = _recorded(world, found, about, {face.entries})"] if face.entries else ()
    lines += [line for option in face.options if option.phase >= Phase.PAGE for line in option.lines]
    yield from (f"    {line}" for line in lines)
    yield f"    return {_result(face, beside)}"


def _sentence(text: str) -> str:
    """A description as a docstring."""
    line = text.replace("\\", "\\\\").replace('"""', "'''").replace("\n", " ")
    return line if len(line) < _WIDTH - 12 else line[: _WIDTH - 13].rsplit(" ", 1)[0] + "..."


def _condition(face: Face, number: int) -> str:
    if face.selector:
        return f"{face.selector} == {_literal(face.parts[number].member)}"
    return f"{face.leaves[number].path[0]} is not None"


def _signature(face: Face) -> list[str]:
    first = ["world: Any"]
    later: list[str] = []
    if face.selector:
        first.append(f"{face.selector}: str")
    for leaf in (leaf for leaf in face.leaves if len(leaf.path) == 1):
        kind = _type(leaf.schema)
        if leaf.required and not face.alternatives:
            first.append(f"{leaf.path[0]}: {kind}")
        elif "default" in leaf.schema:
            later.append(f"{leaf.path[0]}: {kind} = {_python(leaf.schema['default'])}")
        else:
            later.append(f"{leaf.path[0]}: {kind} | None = None")
    for group in face.groups:
        needed = any(leaf.required for leaf in face.leaves if leaf.path[0] == group)
        (first if needed else later).append(f"{group}: dict[str, Any]{'' if needed else ' | None = None'}")
    if face.paged is not None:
        numbered = face.paged.numbered
        later.append(f"{face.paged.parameter}: {'int = 1' if numbered else 'str | None = None'}")
    for option in face.options:
        kind = _type(option.schema)
        value = option.default
        later.append(f"{option.name}: {kind}{' | None' if value is None else ''} = {_python(value)}")
    return _laid_out(f"def {face.name}(", [*first, *later], ") -> dict[str, Any]:")


def _type(schema: Schema) -> str:
    return _TYPES.get(str(schema.get("type")), "dict[str, Any]" if schema.get("type") == "object" else "Any")


def _laid_out(head: str, parts: Sequence[str], tail: str) -> list[str]:
    line = f"{head}{', '.join(parts)}{tail}"
    return [line] if len(line) <= _WIDTH else [head, *(f"    {part}," for part in parts), tail]


def _found(face: Face, part: Part, number: int, indent: str) -> Iterator[str]:
    """Calls the function of a part."""
    choice = part.choice or part.function.name
    others = [leaf for leaf in face.leaves if not leaf.takes[number] and not face.alternatives]
    if others:
        given = ", ".join(f"{leaf.path[-1]}={_given(face, leaf)}" for leaf in others)
        yield f"{indent}_unused({_literal(choice)}, {given})"
    taken = [(leaf.takes[number], leaf) for leaf in face.leaves if leaf.takes[number]]
    loop = next((leaf for _, leaf in taken if leaf.form in (Form.BATCH, Form.SEVERAL)), None)
    like = part.function.like
    values = {name: "each" if leaf is loop else _value(face, part, leaf, name, choice) for name, leaf in taken}
    asked = values[like.parameter] if like is not None else ""
    passed = values if like is None else {**values, like.parameter: "one"}
    given = ", ".join(["world", *(f"{name}={value}" for name, value in passed.items())])
    call = f"_own_{part.function.name}({given})"
    if part.function.role is Role.LISTING and not (like is not None and like.one):
        call += f"[{_literal(part.function.rows)}]"
    if like is not None:
        call = _searched(like, call, asked)
    if loop is not None:
        over = _given(face, loop)
        if loop.form is Form.BATCH:
            call = f"[{call} for each in {over}]"
        else:
            call = f"[row for each in {over} or [{_python(loop.default)}] for row in {call}]"
    if part.only:
        call = f"_part({call}, {_literal(' '.join(part.only))})"
    if any(name != said for name, said in face.named(part).items()):
        call = f"_named({call})"
    yield from _broken(f"{indent}found: Any = {call}")
    if face.entries:
        yield f"{indent}about = {_literal(part.function.entity)}, {_literal(face.named(part)[part.function.key[0]])}"


def _broken(line: str) -> Iterator[str]:
    """A line, over several where it is long and there is a place to break it."""
    head, lambdas, tail = line.partition("lambda one:")
    if len(line) <= _WIDTH or not lambdas:
        yield line
        return
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    yield head.rstrip()
    yield f"{indent}{lambdas}{tail}"


def _searched(like: Likeness, call: str, asked: str) -> str:
    """What a search finds, where ``call`` finds what has exactly the value ``one``."""
    where = ", ".join(map(_literal, (like.table, like.column, like.key)))
    return f"_alike(world, {where}, {asked}, lambda one: {call}, {like.most})"


def _given(face: Face, leaf: Leaf) -> str:
    """What the caller passed, None where it may be left out and was."""
    if len(leaf.path) == 1:
        return leaf.path[0]
    group, name = leaf.path
    needed = any(other.required for other in face.leaves if other.path[0] == group)
    holder = group if needed else f"({group} or {{}})"
    return f"{holder}[{_literal(name)}]" if leaf.required else f"{holder}.get({_literal(name)})"


def _value(face: Face, part: Part, leaf: Leaf, parameter: str, choice: str) -> str:
    """The value for a parameter of the scenario's own function."""
    given = _given(face, leaf)
    absent_is_none = not leaf.required and not face.alternatives and "default" not in leaf.schema
    if absent_is_none and parameter in part.function.required:
        given = f"_given({given}, {_literal(leaf.path[-1])}, {_literal(choice)})"
    elif absent_is_none:
        return f"{_python(leaf.default)} if {given} is None else {given}"
    return f"_iso({given})" if leaf.form is Form.DATE else given


def _result(face: Face, beside: bool) -> str:
    """What is returned: ``found`` inside the fields around it, with what goes beside it on top."""
    inner = "found"
    if face.selector:
        inner = f"{{{face.selector}: found}}"
    elif face.listed:
        inner = f"{{{_literal(face.listed_as)}: found}}"
    for name in reversed(face.wrap):
        inner = f"{{{_literal(name)}: {inner}}}"
    if not beside:
        return inner
    return f"{{**{inner}, **beside}}" if inner == "found" else f"{{{inner[1:-1]}, **beside}}"
