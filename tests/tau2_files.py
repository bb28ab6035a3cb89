"""A package in the layout of inspect-evals' tau2, written for the tests: two domains, three tools each."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

_CLASSES = {"airline": ("AirlineAgentTools", "FlightDB"), "retail": ("RetailAgentTools", "RetailDB")}
_KIT = """
from inspect_ai.tool import ToolError
from inspect_ai.util import StoreModel
from pydantic import BaseModel


class User(BaseModel):
    name: str
    points: float = 0.0


class {database}(BaseModel):
    users: dict[str, User]


class {kit}(StoreModel):
    db: {database}
    initialized: bool = False

    def rename(self, user_id, name):
        if user_id not in self.db.users:
            raise ToolError(f"{{user_id}} not found")
        self.db.users[user_id].name = name
        return self.db.users[user_id].model_dump_json()
"""
_TOOLS = '''
from typing import Literal

from inspect_ai.tool import tool
from inspect_ai.util import store_as
from pydantic import BaseModel

from inspect_evals.tau2.{domain}.{kit} import {kit}


class Note(BaseModel):
    text: str


@tool
def rename():
    async def execute(
        user_id: str, name: str, style: Literal["plain", "loud"] = "plain", note: Note | None = None
    ) -> str:
        """Give a user another name.

        Args:
            user_id: Whose.
            name: The new one.
        """
        return store_as({kit}, instance="x").rename(user_id, name)

    return execute


@tool
def calculate():
    async def execute(expression: str) -> str:
        """Calculate."""
        return str(float(eval(expression, {{"__builtins__": None}}, {{}})))

    return execute


@tool
def transfer_to_human_agents():
    async def execute(summary: str) -> str:
        """Hand over."""
        return "Transfer successful"

    return execute


all_{domain}_tools = [rename, calculate, transfer_to_human_agents]
'''
_TASKS = """
from typing import Any

from pydantic import BaseModel


class Action(BaseModel):
    name: str
    arguments: dict[str, Any]


class Criteria(BaseModel):
    actions: list[Action] | None = None
    communicate_info: list[str] | None = None


class Task(BaseModel):
    id: str
    user_scenario: str
    evaluation_criteria: Criteria
"""
_DATASET = """
from inspect_ai.model import ChatMessageUser

USER_MESSAGE = ChatMessageUser(content="How can I help you?")
"""
_UTILS = """
import toml
import yaml
from inspect_ai.model import Content, ContentText

USER_SIMULATOR_GUIDELINES = "Play the user."
"""


def _task(name: str, wish: str, actions: list[dict[str, Any]], said: list[str] | None) -> dict[str, Any]:
    return {"id": name, "user_scenario": wish, "evaluation_criteria": {"actions": actions, "communicate_info": said}}


_WISHES = [
    _task("0", "Be called Ann.", [{"name": "rename", "arguments": {"user_id": "u1", "name": "Ann"}}], None),
    _task("1", "Ask what 600 times 2 is.", [{"name": "calculate", "arguments": {"expression": "600 * 2"}}], ["1200"]),
    _task("2", "Ask for what nobody does.", [], []),
    _task("3", "Not of the base split.", [], []),
]


def tau2_package(folder: Path) -> Path:
    """Writes it, and returns the folder that belongs on the path."""
    package = folder / "inspect_evals"
    texts: dict[str, str | bytes] = {
        "__init__.py": "raise ImportError('the package itself is not to be run')\n",
        "tau2/data_model/tasks.py": _TASKS,
        "tau2/common/dataset.py": _DATASET,
        "tau2/utils.py": _UTILS,
    }
    users = {"u1": {"name": "Al"}, "u2": {"name": "Bo", "points": 1.0}}
    for domain, (kit, database) in _CLASSES.items():
        texts[f"tau2/{domain}/{kit}.py"] = _KIT.format(kit=kit, database=database)
        texts[f"tau2/{domain}/tools.py"] = _TOOLS.format(kit=kit, domain=domain)
        place = f"tau2/data/domains/{domain}"
        texts[f"{place}/policy.txt"] = f"# {domain} agent policy\n"
        texts[f"{place}/tasks.json"] = json.dumps(_WISHES)
        texts[f"{place}/split_tasks.json"] = json.dumps({"base": ["0", "1", "2"]})
        texts[f"{place}/db.json.gz"] = gzip.compress(json.dumps({"users": users}).encode())
    for name, text in texts.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder
