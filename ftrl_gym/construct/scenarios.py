"""The scenarios that can be built, by name: what the rest of construction needs of each.

A :class:`Source` is made once, from a declaration, and keeps what it has worked out.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from ftrl_gym.construct.answering import Ground
from ftrl_gym.construct.declare import Declaration
from ftrl_gym.construct.declare.checking import check
from ftrl_gym.construct.declare.code import source_of
from ftrl_gym.construct.declare.populate import Populator
from ftrl_gym.construct.declare.vocabulary import domain_of
from ftrl_gym.construct.domain import Domain
from ftrl_gym.construct.shapes import Shapes
from ftrl_gym.construct.trial import Pool
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.toolset import Toolset, toolset_of
from ftrl_gym.errors import ConstructionError, UnknownNameError
from ftrl_gym.world import WorldBase

FIRST = "TravelBooking"
"""The scenario that is meant where none is named."""


@dataclass(frozen=True)
class Source:
    """Where the worlds, tools and questions of a scenario come from."""

    name: str
    title: str
    description: str
    instruction: str
    make_world: Callable[[int, str], WorldBase]
    """Seed and style of names -> a world."""
    make_domain: Callable[[], Domain]
    make_code: Callable[[], str]
    declaration: Declaration | None = field(default=None, compare=False)
    """What it comes from, where it is declared."""

    @cached_property
    def domain(self) -> Domain:
        """The vocabulary."""
        return self.make_domain()

    @cached_property
    def shapes(self) -> Shapes:
        """All that can be asked in it."""
        return Shapes(self.domain)

    @cached_property
    def code(self) -> str:
        """Python source of all tools."""
        return self.make_code()

    @cached_property
    def pool(self) -> Pool:
        """Documents and running code of all plain tools."""
        return self.toolset(Design()).pool

    @functools.lru_cache(maxsize=64)  # noqa: B019 - sources live as long as the process
    def toolset(self, design: Design) -> Toolset:
        """Its tools in a design; the same object for the same design, while it is in use."""
        return toolset_of(self.name, self.domain.documents.values(), self.code, design)

    def ground(self, world: WorldBase) -> Ground:
        """One of its worlds, ready to ask about."""
        return Ground(self.domain, self.shapes, world)


def declared(declaration: Declaration) -> Source:
    """A scenario from its declaration.

    Raises:
        ConstructionError: The declaration cannot work; the text names file, entry and mend.
    """
    check(declaration)
    return Source(
        name=declaration.name,
        title=declaration.title,
        description=declaration.description,
        instruction="\n\n".join(filter(None, (declaration.instruction, declaration.policy))),
        make_world=Populator(declaration),
        make_domain=functools.partial(domain_of, declaration),
        make_code=functools.partial(source_of, declaration),
        declaration=declaration,
    )


_DECLARED = {
    FIRST: "ftrl_gym.construct.worlds.travel:TRAVEL",
    "Clinic": "ftrl_gym.construct.worlds.clinic:CLINIC",
    "Bank": "ftrl_gym.construct.worlds.bank:BANK",
    "League": "ftrl_gym.construct.worlds.league:LEAGUE",
    "Shop": "ftrl_gym.construct.worlds.shop:SHOP",
    "Logistics": "ftrl_gym.construct.worlds.logistics:LOGISTICS",
    "CodeHosting": "ftrl_gym.construct.worlds.code_hosting:CODE_HOSTING",
    "Court": "ftrl_gym.construct.worlds.court:COURT",
    "Festival": "ftrl_gym.construct.worlds.festival:FESTIVAL",
    "Genealogy": "ftrl_gym.construct.worlds.genealogy:GENEALOGY",
    "HumanResources": "ftrl_gym.construct.worlds.human_resources:HUMAN_RESOURCES",
    "Insurance": "ftrl_gym.construct.worlds.insurance:INSURANCE",
    "Laboratory": "ftrl_gym.construct.worlds.laboratory:LABORATORY",
    "Library": "ftrl_gym.construct.worlds.library:LIBRARY",
    "Museum": "ftrl_gym.construct.worlds.museum:MUSEUM",
    "MusicLabel": "ftrl_gym.construct.worlds.music_label:MUSIC_LABEL",
    "Observatory": "ftrl_gym.construct.worlds.observatory:OBSERVATORY",
    "Railway": "ftrl_gym.construct.worlds.railway:RAILWAY",
    "RealEstate": "ftrl_gym.construct.worlds.real_estate:REAL_ESTATE",
    "Restaurant": "ftrl_gym.construct.worlds.restaurant:RESTAURANT",
    "SmartHome": "ftrl_gym.construct.worlds.smart_home:SMART_HOME",
    "Telecom": "ftrl_gym.construct.worlds.telecom:TELECOM",
    "University": "ftrl_gym.construct.worlds.university:UNIVERSITY",
    "Utility": "ftrl_gym.construct.worlds.utility:UTILITY",
}
"""Scenario -> module and name of its declaration."""
_REGISTERED: dict[str, Source] = {}


def names() -> list[str]:
    """All scenarios that can be built."""
    return [*_DECLARED, *_REGISTERED]


def register(declaration: Declaration) -> None:
    """Makes a declared scenario known under its name, in this process; doing it twice is doing it once.

    Raises:
        ConstructionError: The declaration cannot work, or another scenario has that name.
    """
    if declaration.name in names():
        known = scenario(declaration.name).declaration
        if known is not None and replace(known, file="") == replace(declaration, file=""):
            return
        place = declaration.file or declaration.name
        raise ConstructionError(f"{place}: there is a scenario {declaration.name} already; choose another name")
    source = declared(declaration)
    _REGISTERED[declaration.name] = source


@functools.cache
def scenario(name: str) -> Source:
    """The scenario of that name; always the same object.

    Raises:
        UnknownNameError: There is none.
    """
    if name in _REGISTERED:
        return _REGISTERED[name]
    if name not in _DECLARED:
        raise UnknownNameError("scenario", name, names())
    module, _, attribute = _DECLARED[name].partition(":")
    return declared(getattr(importlib.import_module(module), attribute))
