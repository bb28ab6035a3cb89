"""What is used of ``bfcl-eval``, the authors' package: its checkers, its stateful tools, and the data inside it.

Its table of models imports some dozen vendors' clients, and pins old versions of half of them. The checkers ask that
table one thing, whether a model writes ``_`` for the dots in names, so it is replaced by one that says yes, unless the
package was imported before. Nothing that it makes at import, such as folders for results, is left behind.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from ftrl_gym.errors import UsageError

VERSION = "2026.3.23"
"""Of bfcl-eval: what this was tested with."""
HOW = f"Install it without what it pins: pip install --no-deps bfcl-eval=={VERSION}, and pip install filelock mpmath"
NAME = "ftrlgym"
"""Under which the checkers know the policy; they look it up where ``_`` stands for ``/``."""
_TABLE = "bfcl_eval.constants.model_config"
_LOADING = threading.Lock()


@dataclass(frozen=True)
class Bfcl:
    """The package, as far as it is used."""

    check_ast: Callable[..., dict[str, Any]]
    check_multi_turn: Callable[..., dict[str, Any]]
    execution: ModuleType
    """Holds ``execute_multi_turn_func_call``, and in its globals the objects that calls work on."""
    hinted: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
    """Says in documents of which language the tools are."""
    language: Any
    """The enum that the checker takes."""
    types: dict[str, str]
    """Type names of its documents -> JSON schema's."""
    tool_files: dict[str, str]
    """Class -> file of its tools' documents."""
    tool_modules: dict[str, str]
    """Class -> module."""
    more_tools: str
    """What the user says when tools are added, with a place for them."""
    steps: int
    """Steps that a policy has for a user's turn."""


def data_folder() -> Path:
    """The data inside the package, which is not imported for that.

    Raises:
        UsageError: It is not installed.
    """
    spec = importlib.util.find_spec("bfcl_eval")
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(f"bfcl-eval is not installed. {HOW}")
    return Path(next(iter(spec.submodule_search_locations))) / "data"


@lru_cache(maxsize=1)
def load() -> Bfcl:
    """The package.

    Raises:
        UsageError: It, or what it needs, is not installed.
    """
    data_folder()
    with _LOADING, _alone():
        try:
            return _loaded(importlib.import_module)
        except ImportError as error:
            raise UsageError(f"bfcl-eval cannot be imported: {error}. {HOW}") from error


def _loaded(imported: Callable[[str], ModuleType]) -> Bfcl:
    checkers, constants = "bfcl_eval.eval_checker", "bfcl_eval.constants"
    prompts, backends = imported(f"{constants}.default_prompts"), imported(f"{constants}.executable_backend_config")
    return Bfcl(
        check_ast=imported(f"{checkers}.ast_eval.ast_checker").ast_checker,
        check_multi_turn=imported(f"{checkers}.multi_turn_eval.multi_turn_checker").multi_turn_checker,
        execution=imported(f"{checkers}.multi_turn_eval.multi_turn_utils"),
        hinted=imported("bfcl_eval.utils").add_language_specific_hint_to_function_doc,
        language=imported(f"{constants}.enums").Language,
        types=imported(f"{constants}.type_mappings").GORILLA_TO_OPENAPI,
        tool_files=backends.MULTI_TURN_FUNC_DOC_FILE_MAPPING,
        tool_modules=backends.CLASS_FILE_PATH_MAPPING,
        more_tools=prompts.DEFAULT_USER_PROMPT_FOR_ADDITIONAL_FUNCTION_PROMPTING,
        steps=prompts.MAXIMUM_STEP_LIMIT,
    )


@contextmanager
def _alone() -> Iterator[None]:
    """Imports within find a small table of models, and make their folders where they are soon gone."""
    root, before = "BFCL_PROJECT_ROOT", os.environ.get("BFCL_PROJECT_ROOT")
    table = ModuleType(_TABLE)
    known: dict[str, Any] = defaultdict(lambda: SimpleNamespace(underscore_to_dot=True))
    table.MODEL_CONFIG_MAPPING = known  # type: ignore[attr-defined]
    ours = _TABLE not in sys.modules
    with tempfile.TemporaryDirectory() as folder:
        os.environ[root] = before or folder
        if ours:
            sys.modules[_TABLE] = table
        try:
            yield
        finally:
            if ours:
                del sys.modules[_TABLE]
            if before is None:
                del os.environ[root]
