"""tau2-bench as the package ``inspect-evals`` carries it: two domains' tools, tasks, policies and databases.

Its modules import all of inspect-ai for a few names, which stand-ins give: a decorator that marks tools, an error, and
a store in which tools find their database. So the package is enough, without what it requires.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import inspect
import json
import marshal
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel, TypeAdapter

from ftrl_gym.errors import MissingExtraError, UsageError
from ftrl_gym.foreign_schema import clean_schema, without_references
from ftrl_gym.suites.data_files import content_of
from ftrl_gym.suites.isolated_package import isolated_package
from ftrl_gym.suites.tau_checkout import Domain, TauTask

VERSION = "0.26.0"
"""Of inspect-evals: what this was tested with."""
HOW = f"Install it without what it requires: pip install --no-deps inspect-evals=={VERSION}"
_CLASSES = {"airline": ("AirlineAgentTools", "FlightDB"), "retail": ("RetailAgentTools", "RetailDB")}
_open: ContextVar[Any] = ContextVar("database that tools work on")


@dataclass(frozen=True)
class Tau2Domain(Domain):
    """A domain whose tools work on models, not on plain data."""

    kept: Callable[[dict[str, Any]], Any]
    """Makes what tools work on."""
    guidelines: str
    """What a model that plays users is told."""
    greeting: str
    """What it is asked to begin with."""

    def database(self) -> Any:
        """See :class:`Domain`."""
        return self.kept(marshal.loads(self.packed))

    def plain(self, data: Any) -> dict[str, Any]:
        """See :class:`Domain`."""
        dumped: dict[str, Any] = data.db.model_dump()
        return dumped


def package_folder() -> Path:
    """The folder of tau2 in the package, which is not imported for that.

    Raises:
        UsageError: It is not installed.
    """
    spec = importlib.util.find_spec("inspect_evals")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(place) / "tau2" / "data").is_dir():
            return Path(place) / "tau2"
    raise UsageError(f"tau2-bench is not here: it is a part of inspect-evals. {HOW}")


def digest(name: str, folder: Path) -> str:
    """sha256 over the files that a domain is loaded from.

    Args:
        name: ``airline`` or ``retail``.
        folder: As :func:`package_folder` returns it.

    Raises:
        UsageError: One of them is missing.
    """
    place, total = folder / "data" / "domains" / name, hashlib.sha256()
    files = [place / "policy.txt", place / "tasks.json", place / "split_tasks.json", place / "db.json.gz"]
    for file in (*files, *sorted((folder / name).glob("*.py"))):
        total.update(content_of(file, HOW))
    return total.hexdigest()


@lru_cache(maxsize=2)
def load_tau2_domain(name: str, folder: Path) -> Tau2Domain:
    """A domain of the package.

    Args:
        name: ``airline`` or ``retail``.
        folder: As :func:`package_folder` returns it.

    Raises:
        MissingExtraError: What reads the tools' documents is not installed.
        UsageError: A file is missing or broken.
    """
    place, (toolkit, database) = folder / "data" / "domains" / name, _CLASSES[name]
    packages = ["inspect_evals", *(f"inspect_evals.tau2{part}" for part in ("", f".{name}", ".common"))]
    with isolated_package(folder.parent, packages, _stand_ins()) as imported:
        made = getattr(imported(f"inspect_evals.tau2.{name}.tools"), f"all_{name}_tools")
        kit, tables = (getattr(imported(f"inspect_evals.tau2.{name}.{toolkit}"), one) for one in (toolkit, database))
        read = imported("inspect_evals.tau2.data_model.tasks").Task.model_validate
        greeting = imported("inspect_evals.tau2.common.dataset").USER_MESSAGE.content
        guidelines = imported("inspect_evals.tau2.utils").USER_SIMULATOR_GUIDELINES
    tools = {factory.__name__: factory() for factory in made}
    base = set(_json(place / "split_tasks.json")["base"])
    return Tau2Domain(
        name=name,
        folder=folder,
        tasks=tuple(_task(read(one)) for one in _json(place / "tasks.json") if one["id"] in base),
        tools={tool: partial(_run, execute) for tool, execute in tools.items()},
        documents=tuple(_document(tool, execute) for tool, execute in tools.items()),
        policy=content_of(place / "policy.txt", HOW).decode(),
        packed=marshal.dumps(_json(place / "db.json.gz"), 2),
        sha256=digest(name, folder),
        kept=lambda plain: kit(db=tables.model_validate(plain), initialized=True),
        guidelines=guidelines,
        greeting=greeting,
    )


def _task(written: Any) -> TauTask:
    """Its score rests on the database and on what was said; assertions that only a judge can decide are left out."""
    wanted = written.evaluation_criteria
    actions = tuple((one.name, dict(one.arguments)) for one in wanted.actions or ())
    return TauTask(str(written.user_scenario), actions, tuple(wanted.communicate_info or ()))


def _run(execute: Callable[..., Any], *, data: Any, **arguments: Any) -> Any:
    """Calls a tool, which is a coroutine that waits for nothing, on a database."""
    token = _open.set(data)
    try:
        execute(**arguments).send(None)
    except StopIteration as done:
        return done.value
    finally:
        _open.reset(token)
    raise RuntimeError("a tool of tau2-bench waits for something")


def _document(name: str, execute: Callable[..., Any]) -> dict[str, Any]:
    """A tool's document in OpenAI's format, from its signature and its docstring."""
    try:
        import docstring_parser
    except ImportError:
        raise MissingExtraError("docstring-parser", "endpoint") from None
    said = docstring_parser.parse(inspect.getdoc(execute) or "")
    about = {one.arg_name: one.description or "" for one in said.params}
    arguments: TypeAdapter[Any] = TypeAdapter(execute)  # type: ignore[arg-type]  # pydantic takes functions, too
    schema = clean_schema(without_references(arguments.json_schema()))
    for parameter, inner in schema.get("properties", {}).items():
        inner["description"] = about.get(parameter, "")
    words = "\n".join(part for part in (said.short_description, said.long_description) if part)
    return {"type": "function", "function": {"name": name, "description": words, "parameters": schema}}


class _StoreModel(BaseModel):
    """In place of inspect-ai's: a model that is not shared."""


class _Words:
    """In place of a chat message."""

    def __init__(self, content: str = "", **_: Any) -> None:
        self.content = content


def _stand_ins() -> Mapping[str, ModuleType]:
    """What the modules need of inspect-ai, and of two libraries that only read files of other domains."""
    names: dict[str, dict[str, Any]] = {
        "inspect_ai": {"__path__": []},
        "inspect_ai.tool": {"Tool": Any, "tool": lambda made: made, "ToolError": type("ToolError", (Exception,), {})},
        "inspect_ai.util": {"StoreModel": _StoreModel, "store_as": lambda kind, instance: _open.get()},
        "inspect_ai.model": {"Content": Any, "ContentText": _Words, "ChatMessageUser": _Words},
        "toml": {},
        "yaml": {},
    }
    made = {name: ModuleType(name) for name in names}
    for name, members in names.items():
        vars(made[name]).update(members)
    return made


def _json(file: Path) -> Any:
    content = content_of(file, HOW)
    try:
        return json.loads(gzip.decompress(content) if file.suffix == ".gz" else content)
    except (ValueError, OSError, EOFError) as error:
        raise UsageError(f"{file} is no JSON ({error}); is the file truncated?") from None
