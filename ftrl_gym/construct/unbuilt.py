"""A scenario that no registry holds: its tools come from the declaration, and tasks are only ever made anew."""

from __future__ import annotations

from typing import NoReturn

from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.errors import RegistryError
from ftrl_gym.scenario import Manifest, Scenario
from ftrl_gym.task import Provenance
from ftrl_gym.version import __version__


def unbuilt(name: str) -> Scenario:
    """The scenario of that name, without packaged worlds and tasks.

    Raises:
        UnknownNameError: None of that name can be built.
    """
    source = scenario(name)

    def nothing(_: object) -> NoReturn:
        raise RegistryError(f"{name} has no packaged tasks. Make them with: ftrl-gym build {name}")

    manifest = Manifest(
        name=name,
        title=source.title,
        description=source.description,
        instruction=source.instruction,
        provenance=Provenance(writer="procedural", seed=0, version=__version__),
        documents=tuple(source.domain.documents.values()),
        files={},
    )
    # The code was derived here, from a declaration that is already running in this process.
    return Scenario(manifest, source.domain.documents, source.code, nothing, nothing, trusted=True)
