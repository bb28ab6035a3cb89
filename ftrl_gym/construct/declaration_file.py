"""An author's own file: ``my_shop.py`` -> its :class:`~ftrl_gym.construct.declare.Declaration`.

The file is Python of the author's own and runs in this process; it can import files beside it. Whatever it raises
becomes one message with file and line.
"""

from __future__ import annotations

import difflib
import importlib.util
import re
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from ftrl_gym.construct import declare
from ftrl_gym.construct.declare import Declaration
from ftrl_gym.construct.scenarios import Source, register, scenario
from ftrl_gym.errors import ConstructionError, UsageError


def scenario_of(file: Path) -> Source:
    """The scenario that a file declares, checked, registered in this process, and tried on one world.

    Raises:
        UsageError: There is no such file.
        ConstructionError: It cannot be imported, holds no declaration or several, or declares what cannot work.
    """
    declaration = read_declaration(file)
    register(declaration)
    source = scenario(declaration.name)
    try:
        source.ground(source.make_world(0, "real"))
        source.pool  # noqa: B018 - compiles the tools
    except ConstructionError as error:
        raise ConstructionError(f"{declaration.file}: {str(error).removeprefix(f'{declaration.file}: ')}") from error
    return source


def read_declaration(file: Path) -> Declaration:
    """The one declaration in a file, not checked yet; it knows the file by the path given here.

    Raises:
        UsageError: There is no such file.
        ConstructionError: It cannot be imported, or holds no declaration or several.
    """
    if not file.is_file():
        raise UsageError(f"there is no file {file}. Give the .py file that holds your declaration")
    module = _imported(file.resolve(), file)
    found = {id(each): (name, each) for name, each in vars(module).items() if isinstance(each, Declaration)}
    own = [pair for pair in found.values() if pair[1].file and Path(pair[1].file).resolve() == file.resolve()]
    named = own or list(found.values())
    if not named:
        raise ConstructionError(
            f'{file}: it holds no Declaration. End it with MY_SHOP = Declaration(name="MyShop", ...)'
        )
    if len(named) > 1:
        names = ", ".join(sorted(name for name, _ in named))
        raise ConstructionError(f"{file}: it holds {len(named)} declarations ({names}). Keep one in each file")
    return replace(named[0][1], file=str(file))


def _imported(file: Path, shown: Path) -> ModuleType:
    name = f"ftrl_declared_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ConstructionError(f"{shown}: it is no Python file; its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    if str(file.parent) not in sys.path:
        sys.path.append(str(file.parent))
    sys.modules[name] = module  # dataclasses in the file look their module up
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise ConstructionError(_told(file, shown, error)) from error
    return module


def _told(file: Path, shown: Path, error: BaseException) -> str:
    """What an import raised, with the place in the author's file."""
    if isinstance(error, SyntaxError):
        place = shown if error.filename in (None, str(file)) else error.filename
        return f"{place}, line {error.lineno}: it is no Python ({error.msg})"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == file]
    text = f"{shown}, line {lines[-1] if lines else '?'}: {type(error).__name__}: {error}"
    missing = re.search(r"name '(\w+)' is not defined|cannot import name '(\w+)'", str(error))
    if missing:
        return text + _about_name(missing.group(1) or missing.group(2))
    unknown = re.search(r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'", str(error))
    if unknown:
        fields = list(getattr(getattr(declare, unknown.group(1), None), "__dataclass_fields__", ()))
        return f"{text}.{_nearest(unknown.group(2), fields)} {unknown.group(1)} has {', '.join(fields)}"
    return text


def _about_name(name: str) -> str:
    if name in declare.__all__:
        return f". Import it: from ftrl_gym.construct.declare import {name}"
    return f".{_nearest(name, declare.__all__)}"


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
