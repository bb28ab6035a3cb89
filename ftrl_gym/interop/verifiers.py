"""Tasks for verifiers (its v1): a task set, and the harness that plays its episodes.

    Taskset, Harness, Env = plugin("ftrl/TravelBooking-v0", difficulty=0.3)
    __all__ = ["Taskset", "Harness", "Env"]

verifiers finds them by the name of the module in which these two lines stand: ``vf-eval NAME``. The harness leads the
conversation in verifiers' own process: it asks the model with the tools of the task, plays each reply as one turn, and
gives the results back, parallel calls and a user's answers included. Every request goes through verifiers' endpoint, so
what verifiers records, limits and trains on is what it would be of any other program.

The reward plays the recorded conversation again in a fresh episode, so a trace can be scored anew from what it says.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import gymnasium as gym

from ftrl_gym.endpoint_chat import ApiCall, Reply, appended, opening, reply_of
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import UsageError
from ftrl_gym.interop.bare_env import bare_env
from ftrl_gym.interop.conversations import paid
from ftrl_gym.interop.installed import require
from ftrl_gym.interop.template_keywords import refuse_template_keywords
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.task import ModelUser
from ftrl_gym.toolcall import Dialect

SUPPORTED = ("0.4", "0.5")
"""First version of verifiers that works, and first that may not."""


class Plugin(NamedTuple):
    """What a module exports to be found by verifiers."""

    taskset: type[Any]
    """A ``verifiers.v1.Taskset``."""
    harness: type[Any]
    """A ``verifiers.v1.Harness``, which verifiers takes for this task set unless told otherwise."""
    env: type[Any]
    """A ``verifiers.v1.Env`` of one agent, which runs here: the harness starts no program that would want a box."""


def plugin(env_id: str, ids: Sequence[str] | None = None, **keywords: Any) -> Plugin:
    """A task set of an environment, and its harness.

    Args:
        env_id: Such as ``ftrl/TravelBooking-v0``.
        ids: Of the tasks; None takes all, which with ``tasks="endless"`` are without end.
        **keywords: Of ``gym.make``; how tools and calls are written is the chat template's business.

    Raises:
        MissingExtraError: verifiers is not installed.
        UsageError: It is, in another version, or a keyword or an id is wrong.
    """
    require("verifiers", "verifiers", *SUPPORTED)
    return _plugin(env_id, base_of(env_id, ids, **keywords), None if ids is None else tuple(ids))


def base_of(env_id: str, ids: Sequence[str] | None, **keywords: Any) -> ToolUseEnv:
    """The environment whose tasks verifiers is to play.

    Args:
        env_id: As for :func:`plugin`.
        ids: Likewise.
        **keywords: Likewise.

    Returns:
        The environment inside its wrappers.

    Raises:
        UsageError: A keyword or an id is wrong, or nobody could play the user of a task that was named.
    """
    refuse_template_keywords(keywords, "verifiers")
    base = bare_env(gym.make(env_id, **keywords))
    for task_id in ids or ():
        if isinstance(base.taskset.get(task_id).counterpart, ModelUser):
            raise UsageError(f"task {task_id} wants a language model as its user, and there is none; leave it out")
    return base


def _plugin(env_id: str, base: ToolUseEnv, ids: tuple[str, ...] | None) -> Plugin:
    import openai
    import verifiers.v1 as vf
    from verifiers.v1.runtimes import ProgramResult, SubprocessConfig

    class Data(vf.TaskData):
        """A question, by its task's id."""

        env_id: str

    class Task(vf.Task[Data]):
        """Scored by the environment."""

        @property
        def key(self) -> str:
            return f"{self.data.env_id}/{self.data.id}"

        @vf.reward  # type: ignore[untyped-decorator]
        async def ftrl_gym_return(self, trace: vf.Trace) -> float:
            """The return of the episode."""
            return scored(base, str(self.data.id), trace.assistant_messages)[0]

        @vf.metric  # type: ignore[untyped-decorator]
        async def ftrl_gym_score(self, trace: vf.Trace) -> dict[str, float]:
            """Outcome, precision and the rest, as they stand at the end."""
            score = scored(base, str(self.data.id), trace.assistant_messages)[1]
            return {name: float(value) for name, value in score.items()}

    class Taskset(vf.Taskset[Task, vf.TasksetConfig]):
        """The tasks, in their order."""

        INFINITE = ids is None and not base.taskset.ids()

        def load(self) -> Iterator[Task]:
            env = base.sibling()
            for task_id in _every(base) if ids is None else ids:
                if isinstance(env.taskset.get(task_id).counterpart, ModelUser):
                    continue
                _, info = env.reset(options={"task": task_id})
                system, question = (message["content"] for message in info["messages"])
                data = Data(id=task_id, name=task_id, env_id=env_id, system_prompt=system, prompt=question)
                yield Task(data, self.config.task)

    class Harness(vf.Harness[vf.HarnessConfig]):
        """Plays episodes in this process."""

        APPENDS_SYSTEM_PROMPT = True
        EXECUTES_CODE = False
        NEEDS_CONTAINER = False

        async def launch(
            self, ctx: Any, trace: Any, runtime: Any, endpoint: str, secret: str, mcp_urls: Any, data: Any, **_: Any
        ) -> ProgramResult:
            env = base.sibling()
            info = env.reset(options={"task": str(data.id)})[1]
            messages: list[Any] = opening(info["messages"])
            messages[0]["content"] = data.system_prompt  # which verifiers may have replaced or added to
            async with openai.AsyncOpenAI(base_url=endpoint, api_key=secret, max_retries=0) as model:
                over = False
                while not over:
                    completion = await model.chat.completions.create(
                        model=ctx.model, messages=messages, tools=info["tools"]
                    )
                    reply = reply_of(completion.choices[0])
                    step = env.step(reply.text(Dialect.HERMES))
                    messages += appended(reply, step[4]["messages"])
                    over = step[2] or step[3]
            return ProgramResult(exit_code=0, stdout="", stderr="")

    class Config(vf.EnvConfig):
        """One agent, in a runtime that takes nothing to start."""

        agent: vf.AgentConfig = vf.AgentConfig(runtime=SubprocessConfig())

    class Env(vf.Env[Config]):
        """One agent plays a task."""

        async def run(self, task: Any, agents: Any) -> None:
            await agents.agent.run(task)

    return Plugin(Taskset, Harness, Env)


def _every(base: ToolUseEnv) -> Iterator[str]:
    """Ids of all tasks; of endless ones without end."""
    ids = base.taskset.ids()
    return iter(ids) if ids else map("endless-{}".format, itertools.count())


def reply_in(message: Any) -> Reply:
    """The turn in an assistant's message of verifiers', of either of its versions."""
    calls = tuple(ApiCall(call.id, call.name, call.arguments) for call in message.tool_calls or ())
    return Reply(message.content or "", calls)


def scored(base: ToolUseEnv, task: str, messages: Sequence[Any]) -> tuple[float, dict[str, float]]:
    """Return and score of a conversation, played again in a fresh episode.

    Args:
        base: The environment that has the task.
        task: Its id.
        messages: The assistant's, as verifiers keeps them.

    Returns:
        As :func:`ftrl_gym.interop.conversations.replayed`.

    Raises:
        UnknownNameError: No such task.
    """
    turns = [reply_in(message).text(Dialect.HERMES) for message in messages]
    return paid(VerifiableReward(base.sibling()), task, turns)
