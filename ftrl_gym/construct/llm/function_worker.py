"""Runs inside a process of its own: imports a user's module, documents its functions, and calls them on request.

``python -P function_worker.py FILE`` writes a JSON line with the documents, then reads lines ``{"tool", "arguments"}``
and writes lines ``{"result"}`` or ``{"failure"}``. What the functions print goes elsewhere. Nothing of this package is
imported, so that it starts at once and the user's module meets no other names than its own.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import queue
import sys
import threading
import typing
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError, validate_call
from pydantic_core import to_jsonable_python

_MESSAGE_CHARS = 2_000


def main(file: Path) -> None:
    """Serves the functions of a file until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the functions print is no answer

    def say(line: dict[str, Any]) -> None:
        answers.write(json.dumps(line) + "\n")
        answers.flush()

    lines = _questions()
    try:
        functions = public_functions(_imported(file))
        documents = [described(name, function) for name, function in functions.items()]
        checked = {name: validate_call(function) for name, function in functions.items()}
    except (Exception, SystemExit) as error:  # whatever a user's module raises is told to the user
        say({"failure": f"{type(error).__name__}: {error}"[:_MESSAGE_CHARS]})
        return
    say({"documents": documents})
    while True:
        question = json.loads(lines.get())
        say(_called(checked[question["tool"]], question["arguments"]))


def _questions() -> queue.SimpleQueue[bytes]:
    """Lines of the input, as they come. When it ends so does the process, even in the middle of a call."""
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def read() -> NoReturn:
        waiting = b""
        while piece := os.read(0, 65_536):  # not by sys.stdin, whose lock would keep the process from ending
            *whole, waiting = (waiting + piece).split(b"\n")
            for line in whole:
                lines.put(line)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return lines


def _imported(file: Path) -> ModuleType:
    sys.path.insert(0, str(file.parent))
    found = importlib.util.spec_from_file_location(file.stem, file)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[file.stem] = module
    found.loader.exec_module(module)
    return module


def public_functions(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """The functions that a module defines for others: those in ``__all__``, else those without an underscore."""
    named = getattr(module, "__all__", None)
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and (name in named if named is not None else value.__module__ == module.__name__ and not name.startswith("_"))
    }


def described(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    """Name, description, parameters and result of a function, from its types and its docstring.

    Raises:
        ValueError: It cannot be called by names alone, a parameter has no type, or nothing says what it does.
    """
    import docstring_parser

    said = docstring_parser.parse(inspect.getdoc(function) or "")
    if not said.short_description:
        raise ValueError(f"{name} has no docstring: say in a sentence what it does")
    if inspect.iscoroutinefunction(function):
        raise ValueError(f"{name} is asynchronous: give a plain function")
    hints = typing.get_type_hints(function)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise ValueError(f"{name} takes {parameter}: give each parameter a name and a type of its own")
        if parameter.name not in hints:
            raise ValueError(f"parameter {parameter.name!r} of {name} has no type")
    untyped: Any = function  # pydantic takes a function for a type; no annotation says so
    parameters = TypeAdapter(untyped).json_schema()
    about = {each.arg_name: " ".join((each.description or "").split()) for each in said.params}
    for parameter_name, schema in parameters.get("properties", {}).items():
        schema.pop("title", None)
        if about.get(parameter_name):
            schema["description"] = about[parameter_name]
    result = hints.get("return", Any)
    returns = {} if result in (Any, None, type(None)) else TypeAdapter(result).json_schema(mode="serialization")
    words = f"{said.short_description} {said.long_description or ''}".split()
    return {"name": name, "description": " ".join(words), "parameters": parameters, "returns": returns}


def _called(function: Callable[..., Any], arguments: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"result": to_jsonable_python(function(**arguments), fallback=str, inf_nan_mode="null")}
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_url=False)]
        return {"failure": "; ".join(faults)[:_MESSAGE_CHARS]}
    except ValueError as error:  # what tools raise to tell a caller its mistake
        return {"failure": (str(error) or "ValueError")[:_MESSAGE_CHARS]}
    except (Exception, SystemExit) as error:  # the user's code: a failure of this call
        return {"failure": f"{type(error).__name__}: {error}"[:_MESSAGE_CHARS]}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
