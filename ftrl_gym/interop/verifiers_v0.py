"""Tasks for the environments of verifiers before its version 0.4, which are found by ``load_environment``.

    from ftrl_gym.interop.verifiers_v0 import load_environment

A module with this line is an environment of its own: arguments come from ``vf-eval MODULE -a '{"difficulty": 0.3}'``.
What is played and paid is as in :mod:`ftrl_gym.interop.verifiers`, which is for the versions since.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ftrl_gym.endpoint_chat import appended
from ftrl_gym.errors import UsageError
from ftrl_gym.interop.installed import require
from ftrl_gym.interop.verifiers import base_of, reply_in, scored
from ftrl_gym.task import ModelUser
from ftrl_gym.toolcall import Dialect

SUPPORTED = ("0.3", "0.4")
"""First version of verifiers that works, and first that may not."""
_METRICS = ("outcome", "f1", "precision", "recall", "calls", "invalid", "waste")
_EPISODE, _PAID = "ftrl_gym_episode", "ftrl_gym_paid"
"""Where a rollout's state holds the episode in play, and what it came to."""


def load_environment(env_id: str = "ftrl/TravelBooking-v0", ids: Sequence[str] | None = None, **keywords: Any) -> Any:
    """An environment of verifiers' v0.

    Args:
        env_id: Of the environment here.
        ids: Of the tasks; None takes all. Endless ones have no list, and have to be named.
        **keywords: Of ``gym.make``, but for ``docs`` and ``dialect``.

    Returns:
        A ``verifiers.MultiTurnEnv``; its data set has a row for each task.

    Raises:
        MissingExtraError: verifiers is not installed.
        UsageError: It is, in another version, a keyword or an id is wrong, or there is no task.
    """
    require("verifiers", "verifiers-v0", *SUPPORTED)
    base = base_of(env_id, ids, **keywords)
    import verifiers.legacy as vf
    from datasets import Dataset
    from verifiers.legacy.types import Tool
    from verifiers.legacy.utils.message_utils import normalize_messages

    async def ftrl_gym_return(state: dict[str, Any]) -> float:
        """The return of the episode."""
        return float(state[_PAID][0])

    class Episodes(vf.MultiTurnEnv):
        """Each assistant message is a turn, with all of its calls."""

        async def setup_state(self, state: dict[str, Any]) -> dict[str, Any]:
            """Begins the episode."""
            env = base.sibling()
            _, info = env.reset(options={"task": state["info"]["task_id"]})
            state[_EPISODE] = env
            state["tool_defs"] = [Tool(**_function(tool)) for tool in info["tools"]]
            return state

        async def env_response(self, messages: list[Any], state: dict[str, Any], **_: Any) -> list[Any]:
            """Plays the turn that was just said."""
            reply = reply_in(messages[-1])
            step = state[_EPISODE].step(reply.text(Dialect.HERMES))
            told: list[Any] = normalize_messages(appended(reply, step[4]["messages"])[1:], field_name="env_response")
            if step[2] or step[3]:
                state["final_env_response"] = told
            return told

        @vf.cleanup  # type: ignore[untyped-decorator]
        async def settle(self, state: dict[str, Any]) -> None:
            """Pays what was said, the turn after which nothing was asked any more included."""
            state.pop(_EPISODE, None)
            said = [message for step in state["trajectory"] for message in step["completion"]]
            replies = [message for message in said if message.role == "assistant"]
            state[_PAID] = scored(base, state["info"]["task_id"], replies)

    rubric = vf.Rubric(funcs=[ftrl_gym_return])
    for name in _METRICS:
        rubric.add_metric(_metric(name))
    env = base.sibling()
    rows = []
    for task_id in base.taskset.ids() if ids is None else ids:
        if not isinstance(env.taskset.get(task_id).counterpart, ModelUser):
            prompt = env.reset(options={"task": task_id})[1]["messages"]
            rows.append({"prompt": prompt, "info": {"task_id": task_id, "env_id": env_id}})
    if not rows:
        raise UsageError("there is no task: endless ones have no list. Name some: ids=['endless-1', 'endless-2', ...]")
    return Episodes(dataset=Dataset.from_list(rows), rubric=rubric)


def _function(tool: dict[str, Any]) -> dict[str, Any]:
    """A tool of OpenAI's format as verifiers wants it."""
    function = tool["function"]
    return {name: function[name] for name in ("name", "description", "parameters")}


def _metric(name: str) -> Any:
    """A function that reads one figure of the score."""

    async def metric(state: dict[str, Any]) -> float:
        return float(state[_PAID][1].get(name, 0.0))

    metric.__name__ = name
    return metric
