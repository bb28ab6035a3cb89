"""Running tools that are not ours: in `pydantic-monty` interpreters, in worker processes.

What enters one is a tool's source and the arguments of calls; never an answer, a reward or another scenario's data.
There are no files, no network, no environment variables, no real clock or entropy (both are fixed, so an episode
repeats), and limits on time, memory, recursion and output. No call sees what another left behind.

    toolbox.py         tools by name, as an environment asks for them
    running.py         which calls share an interpreter, and what happens when one goes wrong
    foreign_source.py  source as the interpreter takes it
    stateless.py       which tools can leave nothing behind, from their source
    interpreter.py     one interpreter, and what may come out
    call_source.py     what runs in it around a call
    world_source.py    what a tool sees of a world there
    workers.py         the processes
    relay.py           the same from a process that was forked too late

Two worlds of failure: what a *call* does wrong, an endless loop included, is a
:class:`~ftrl_gym.execution.ToolFailure` for the policy; source that the interpreter cannot define is refused with
:class:`~ftrl_gym.errors.SandboxError` before anything is called.
"""

from ftrl_gym.sandbox.limits import SandboxLimits
from ftrl_gym.sandbox.toolbox import SandboxToolbox, SandboxWorldToolbox, refusal

__all__ = ["SandboxLimits", "SandboxToolbox", "SandboxWorldToolbox", "refusal"]
