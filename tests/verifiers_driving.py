"""A real environment of verifiers, and a model whose words a test chooses."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chat_server import Answer, chat_server, said

from ftrl_gym.policies import call_text
from ftrl_gym.toolcall import Dialect, parse

PLUGIN = "ftrl_gym_test_plugin"


@dataclass
class Model:
    """Says texts in turn; verifiers leads the conversation."""

    runner: asyncio.Runner
    env: Any
    tasks: dict[str, Any]
    """All of its tasks, by id."""
    address: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    """Bodies of the requests so far."""
    _answers: Sequence[Answer] = ()

    @classmethod
    @contextlib.contextmanager
    def of_plugin(cls, folder: Path, arguments: str, **settings: Any) -> Iterator[Model]:
        """A model that plays the environment of a plug-in, which is written into a module.

        Args:
            folder: For the module.
            arguments: Of ``plugin``, as Python writes them.
            **settings: Of verifiers' ``env.agent``.
        """
        from verifiers.v1.utils.loaders import load_environment, resolve_env_config

        code = f"from ftrl_gym.interop.verifiers import plugin\nTaskset, Harness, Env = plugin({arguments})\n"
        (folder / f"{PLUGIN}.py").write_text(f"{code}__all__ = ['Taskset', 'Harness', 'Env']\n")
        sys.path.insert(0, str(folder))
        try:
            config = resolve_env_config({"taskset": {"id": PLUGIN}, "agent": settings})
            env = load_environment(config)
            tasks = {task.data.id: task for task in env.taskset}
            with asyncio.Runner() as runner:
                model = cls(runner, env, tasks)
                serving = env.serving()
                with chat_server(model._behave) as (model.address, model.requests):
                    runner.run(serving.__aenter__())
                    try:
                        yield model
                    finally:
                        runner.run(serving.__aexit__(None, None, None))
        finally:
            sys.path.remove(str(folder))
            sys.modules.pop(PLUGIN, None)

    def told(self, task: str, turns: Sequence[str]) -> Any:
        """The episode of a task in which the model says these turns; calls as such where they can be read."""
        return self.answered(task, list(map(as_answer, turns)))

    def answered(self, task: str, answers: Sequence[Answer]) -> Any:
        """The episode of a task in which the model's endpoint answers so."""
        from verifiers.v1.clients import EvalClientConfig, ModelContext

        self._answers = answers
        context = ModelContext(model="m", client=EvalClientConfig(base_url=self.address, api_key_var="NO_SUCH_KEY"))

        return self.runner.run(self.env.run_episode(self.tasks[task], context))

    def _behave(self, body: dict[str, Any]) -> Answer:
        return self._answers[sum(message["role"] == "assistant" for message in body["messages"])]


def as_answer(text: str) -> Answer:
    """A turn as an endpoint would return it that reads calls."""
    turn = parse(text, Dialect.HERMES)
    calls = [(call.name, call.arguments) for call in turn.calls]
    if calls and all(call.problem is None for call in turn.calls) and text == call_text(calls):
        return said(None, *((name, json.dumps(arguments)) for name, arguments in calls), finish="tool_calls")
    return said(text)


def total(trace: Any) -> float:
    """The reward of a trace, which must be the return alone."""
    (name,) = trace.rewards
    assert name == "ftrl_gym_return" and trace.ok, trace.errors
    value: float = trace.reward
    return value


def rollout_v0(env: Any, task: str, answers: Sequence[Answer]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A scored rollout of an environment of verifiers' v0, and the bodies of the requests for it.

    Args:
        env: Of ``load_environment``.
        task: Id of its task.
        answers: Of the model's endpoint.
    """
    from verifiers.legacy.types import ClientConfig

    def behave(body: dict[str, Any]) -> Answer:
        return answers[sum(message["role"] == "assistant" for message in body["messages"])]

    (row,) = (row for row in env.get_dataset() if row["info"]["task_id"] == task)
    with chat_server(behave) as (address, requests):
        client = ClientConfig(api_base_url=address, api_key_var="NO_SUCH_KEY", max_retries=0)
        output: dict[str, Any] = asyncio.run(env.run_rollout(row, client, "m", {}))
    return output, requests
