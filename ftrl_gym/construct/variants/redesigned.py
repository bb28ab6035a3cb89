"""The tools and tasks of a loaded scenario in other designs, whoever wrote it."""

from __future__ import annotations

from dataclasses import dataclass

from ftrl_gym.construct.briefs import check_variant
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.retelling import retell
from ftrl_gym.construct.variants.toolset import Toolset, toolset_of
from ftrl_gym.scenario import Scenario, Tools
from ftrl_gym.scenario_files import toolsets_of
from ftrl_gym.task import Task

_TOOLSETS: dict[tuple[str, str, str], Toolset] = {}
"""(scenario, source, toolset) -> what was made of it, the last few."""
_MOST = 64


@dataclass(frozen=True)
class Redesigned:
    """Designs of one scenario's tools."""

    scenario: Scenario

    def tools(self, toolset: str) -> Tools:
        """Those that rest with the scenario, else its plain tools in that design.

        Raises:
            RegistryError: Those that rest with it are broken.
        """
        if toolset in toolsets_of(self.scenario.manifest):
            return self.scenario.tools(toolset)
        made = self._made(toolset)
        return Tools(made.documents, made.source)

    def retell(self, task: Task, variant: int) -> Task:
        """A plain task with the tools of a variant, without scalings.

        Raises:
            UnknownNameError: The variant belongs to the other split.
            ConstructionError: The task would not be sound in this design.
        """
        check_variant(variant, task.split)
        return retell(task, self._made(Design(variant).name), self.scenario.load_world(task.world))

    def _made(self, toolset: str) -> Toolset:
        name, source = self.scenario.manifest.name, self.scenario.source
        key = (name, source, toolset)
        if key not in _TOOLSETS:
            if len(_TOOLSETS) >= _MOST:
                del _TOOLSETS[next(iter(_TOOLSETS))]
            _TOOLSETS[key] = toolset_of(name, self.scenario.documents.values(), source, Design.named(toolset))
        return _TOOLSETS[key]
