"""``ftrl-gym list``: every environment, where it lies and what it holds."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.table import Table

from ftrl_gym import registry
from ftrl_gym.cli.target import console, known_ids
from ftrl_gym.errors import FtrlGymError
from ftrl_gym.registration import NAMESPACE, SUITE, SUITES
from ftrl_gym.scenario import Scenario
from ftrl_gym.scenario_files import TASKS, read_pinned, toolsets_of


def run(arguments: argparse.Namespace) -> int:
    """Prints one row per environment."""
    table = Table("ID", "What it is", box=None, pad_edge=False)
    for column in ("Tools", *TASKS):
        table.add_column(str(column).capitalize(), justify="right")
    folders = dict(registry.entries())
    for env_id in known_ids():
        name = env_id.removeprefix(f"{NAMESPACE}/")
        if name in SUITES:
            table.add_row(env_id, "published data, not packaged", "", "", "")
            continue
        if name == SUITE:
            table.add_row(env_id, *_suite())
            continue
        name = name.rpartition("-v")[0]
        try:
            scenario = registry.load(name)
            tools = _tools(scenario)
        except FtrlGymError as error:
            table.add_row(env_id, f"broken: {error}", "", "", "")
            continue
        pins = scenario.manifest.files
        counts = [read_pinned(folders[name] / file, pins[file], _lines) for file in TASKS.values()]
        about = scenario.manifest.title + ("" if scenario.trusted else " (not trusted)")
        table.add_row(env_id, about, tools, *map(str, counts))
    console().print(table)
    return 0


def _tools(scenario: Scenario) -> str:
    """How many there are; where each task brings its own, of how many names they are."""
    if scenario.documents:
        return str(len(scenario.documents))
    own = (scenario.tools(toolset).documents for toolset in toolsets_of(scenario.manifest))
    return str(len({name for documents in own for name in documents}))


def _suite() -> tuple[str, str, str, str]:
    from ftrl_gym.suites.suite import FOLDER, contents

    try:
        found = contents(registry.packaged_root() / FOLDER)
    except FtrlGymError as error:
        return f"broken: {error}", "", "", ""
    return f"frozen evaluation set over {len(found.scenarios)} scenarios", "", "", str(found.tasks)


def _lines(path: Path, data: bytes) -> int:
    return data.count(b"\n")
