"""``ftrl-gym doctor``: which protection against foreign tools is active here, what is missing, how to mend it."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from rich.table import Table

from ftrl_gym.cli.target import console
from ftrl_gym.errors import SandboxError
from ftrl_gym.sandbox import SandboxLimits, workers
from ftrl_gym.sandbox.probes import Finding, examined, survives_crash
from ftrl_gym.version import __version__

_PACKAGES = ("pydantic-monty", "pydantic-monty-client", "pydantic-monty-runtime")
_MEND = "Mend it: pip install --force-reinstall 'pydantic-monty>=1.4,<2'"


def run(arguments: argparse.Namespace) -> int:
    """Prints what protects, and a line for every probe; returns 1 if one gets through or the sandbox is missing."""
    out = console()
    out.print(f"ftrl_gym {__version__}, Python {platform.python_version()}, {platform.platform()}")
    out.print("; ".join(f"{name} {_version(name)}" for name in _PACKAGES))
    if any(_version(name) is None for name in _PACKAGES):
        out.print(f"NOT protected: the sandbox is not installed whole, so foreign tools are refused. {_MEND}")
        return 1
    try:
        findings = list(_findings())
    except SandboxError as error:
        out.print(f"NOT protected: {error}. Foreign tools are refused until then. {_MEND}", markup=False)
        return 1
    limits = SandboxLimits()
    out.print(
        f"Foreign tools run in worker processes: at most {limits.seconds:g} s, {limits.memory_bytes // 2**20} MiB, "
        f"{limits.recursion} frames and {limits.output_chars:,} characters of result a call"
    )
    out.print(_system())
    table = Table("Probe", "", "What the policy is told", box=None, pad_edge=False)
    for finding in findings:
        table.add_row(finding.kind, "stopped" if finding.stopped else "NOT STOPPED", finding.said)
    out.print(table)
    through = [finding.kind for finding in findings if not finding.stopped]
    if through:
        out.print(f"NOT protected against: {', '.join(through)}. Play no foreign data. {_MEND}")
        return 1
    out.print("Protected: every probe was stopped")
    return 0


def _findings() -> Iterator[Finding]:
    yield from examined()
    yield survives_crash()


def _system() -> str:
    if workers.held():
        return "The operating system holds the workers to address space, file size and core dumps, too"
    if workers.can_hold():
        return "The operating system's limits on workers are NOT active: this container forbids prlimit; allow it"
    return "The operating system's limits on workers need Linux; the interpreter's own are active"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
