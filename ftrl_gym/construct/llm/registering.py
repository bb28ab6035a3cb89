"""The files of a scenario that a model wrote: each task brings its own tools, and there is no pool beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ftrl_gym.construct.llm.making import Made
from ftrl_gym.construct.llm.sources import SourcePlan
from ftrl_gym.construct.llm.tool_module import tool_module
from ftrl_gym.scenario import Manifest
from ftrl_gym.scenario_files import TASKS, TOOLS, toolset_files
from ftrl_gym.task import Provenance
from ftrl_gym.version import __version__

_NO_POOL = "# Each task of this scenario has tools of its own: see toolsets/.\n"


def scenario_manifest(plan: SourcePlan) -> Manifest:
    """What the scenario is, without pins."""
    about = plan.domain or "questions of a user's own"
    return Manifest(
        name=plan.name,
        title=about[:1].upper() + about[1:],
        description=f"Written by the language model {plan.model} about {about}; every task is proved.",
        instruction=(
            f"You answer questions about {about}. Get every piece of information from a tool, mend a call that fails, "
            "and go on until you know the answer."
            if plan.domain
            else "You answer a question with the tools at hand. Get every piece of information from a tool, mend a "
            "call that fails, and go on until you know the answer."
        ),
        provenance=Provenance(writer="llm", seed=plan.seed, version=__version__, model=plan.model),
        documents=(),
        files={},
    )


def scenario_files(made: Sequence[Made]) -> Mapping[str, bytes]:
    """Path within the folder -> content.

    Args:
        made: The certified tasks, in order.
    """
    files: dict[str, bytes] = {TOOLS: _NO_POOL.encode()}
    for split, path in TASKS.items():
        files[path] = b"".join(_line(one) for one in made if one.task.split is split)
    for one in made:
        documents, code = toolset_files(one.task.toolset)
        written = [document.model_dump(mode="json", by_alias=True, exclude_defaults=True) for document in one.documents]
        files[documents] = _json(written)
        files[code] = tool_module(one.sources).encode()
    return files


def _line(made: Made) -> bytes:
    return _json(made.task.model_dump(mode="json", exclude_defaults=True))


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
