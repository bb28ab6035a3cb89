"""A checkout in tau-bench's layout, written for the tests: two domains, two tools each, a user of its own."""

from __future__ import annotations

import json
from pathlib import Path

_TYPES = """
from typing import Any

from pydantic import BaseModel


class Action(BaseModel):
    name: str
    kwargs: dict[str, Any]


class Task(BaseModel):
    annotator: str = ""
    user_id: str
    actions: list[Action]
    instruction: str
    outputs: list[str]
"""
_TOOL = """
class Tool:
    @staticmethod
    def info(name, /, **properties):
        schema = {key: {"type": kind} for key, kind in properties.items()}
        parameters = {"type": "object", "properties": schema, "required": list(schema)}
        return {"type": "function", "function": {"name": name, "description": name, "parameters": parameters}}
"""
_TOOLS = """
from tau_bench.envs.tool import Tool


class Rename(Tool):
    @staticmethod
    def invoke(data, user_id, name):
        if user_id not in data["users"]:
            return f"Error: user not found <b> {user_id}"
        data["users"][user_id]["name"] = name
        return '{"name": "' + name + '"}'

    @staticmethod
    def get_info():
        return Tool.info("rename", user_id="string", name="string")


class Calculate(Tool):
    @staticmethod
    def invoke(data, expression):
        return str(float(eval(expression, {"__builtins__": None}, {})))

    @staticmethod
    def get_info():
        return Tool.info("calculate", expression="string")


class Transfer(Tool):
    @staticmethod
    def invoke(data, summary):
        return "Transfer successful"

    @staticmethod
    def get_info():
        return Tool.info("transfer_to_human_agents", summary="string")


ALL_TOOLS = [Rename, Calculate, Transfer]
"""
_TASKS = """
from tau_bench.types import Action, Task

{name} = [
    Task(user_id="u1", instruction="You are u1. Be called Ann from now on.", outputs=[],
         actions=[Action(name="rename", kwargs={{"user_id": "u1", "name": "Ann"}})]),
    Task(user_id="u2", instruction="You are u2. Ask what 600 times 2 is.", outputs=["1200"],
         actions=[Action(name="calculate", kwargs={{"expression": "600 * 2"}})]),
    Task(user_id="u2", instruction="You are u2. Ask for what nobody does.", outputs=[],
         actions=[Action(name="transfer_to_human_agents", kwargs={{"summary": "cannot"}})]),
]
"""
_USERS = """
from litellm import completion


class Simulated:
    def __init__(self, model):
        self.model = model
        self.reset()

    def _next(self):
        reply = completion(model=self.model, custom_llm_provider="openai", messages=self.messages)
        self.cost = reply._hidden_params["response_cost"]
        self.messages.append(reply.choices[0].message.model_dump())
        return reply.choices[0].message.content

    def reset(self, instruction=None):
        self.messages = [{"role": "system", "content": str(instruction)}, {"role": "user", "content": "Hello?"}]
        return self._next()

    def step(self, content):
        self.messages.append({"role": "user", "content": content})
        return self._next()


def load_user(user_strategy, model, provider):
    return Simulated(model)
"""
_TABLES = {"airline": ("flights", "reservations", "users"), "retail": ("orders", "products", "users")}


def checkout(folder: Path) -> Path:
    """Writes it, and returns its folder."""
    package = folder / "tau-bench" / "tau_bench"
    texts = {"types.py": _TYPES, "envs/tool.py": _TOOL, "envs/user.py": _USERS, "__init__.py": "import litellm\n"}
    for domain, tables in _TABLES.items():
        place = f"envs/{domain}"
        texts[f"{place}/tools/__init__.py"] = _TOOLS
        texts[f"{place}/tasks_test.py"] = _TASKS.format(name="TASKS" if domain == "airline" else "TASKS_TEST")
        texts[f"{place}/wiki.md"] = f"# {domain} agent policy\n"
        for table in tables:
            rows = {"u1": {"name": "Al"}, "u2": {"name": "Bo", "points": 1.0}} if table == "users" else {}
            texts[f"{place}/data/{table}.json"] = json.dumps(rows, indent=1)
    for name, text in texts.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    return folder / "tau-bench"
