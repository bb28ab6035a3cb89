"""``--functions FILE --trust`` and ``--mcp COMMAND``: tools that are there already, while a build asks them."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ftrl_gym.construct.llm.functions import FunctionTools
from ftrl_gym.construct.llm.given_tools import GivenTools
from ftrl_gym.construct.llm.mcp_source import McpTools
from ftrl_gym.errors import UsageError


def named(arguments: argparse.Namespace) -> str | None:
    """What tools are named after: their file, or the last word of the command; None where there are none."""
    if arguments.functions is not None:
        return Path(arguments.functions).stem
    if arguments.mcp is not None:
        words = arguments.mcp.split()
        return Path(words[-1]).stem if words else ""
    return None


@contextmanager
def given_tools(arguments: argparse.Namespace) -> Iterator[GivenTools | None]:
    """The tools that were named, tried out; None where tools are to be written.

    Raises:
        UsageError: They cannot be had, or may not run.
    """
    if arguments.functions is not None and arguments.mcp is not None:
        raise UsageError("--functions and --mcp both say which tools there are; give one of them")
    if arguments.trust and arguments.functions is None:
        raise UsageError("--trust lets the code of --functions run; there is none")
    if arguments.functions is not None:
        functions = FunctionTools(Path(arguments.functions).expanduser(), trust=arguments.trust)
        try:
            yield _tried(GivenTools(functions.documents, functions))
        finally:
            functions.close()
    elif arguments.mcp is not None:
        with McpTools(arguments.mcp) as server:
            for tool, why in server.left_out.items():
                print(f"{shlex.quote(tool)} is left out: {why}", file=sys.stderr)
            yield _tried(GivenTools(server.documents, server))
    else:
        yield None


def _tried(given: GivenTools) -> GivenTools:
    print(f"{len(given.documents):,} tools, {len(given.found):,} calls that return something", file=sys.stderr)
    for tool, why in given.silent.items():
        print(f"{tool} returned nothing yet ({why}): examples in its document would help", file=sys.stderr)
    return given
