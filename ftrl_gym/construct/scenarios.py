"""The scenarios that can be built, by name: what the rest of construction needs of each, however it is written.

A :class:`Source` is made once and keeps what it has worked out. Declared scenarios get all of it from their
declaration; TravelBooking, written by hand before there were declarations, comes through an adapter.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from ftrl_gym.construct.answering import Ground
from ftrl_gym.construct.declare import Declaration
from ftrl_gym.construct.declare.checking import check
from ftrl_gym.construct.declare.code import source_of
from ftrl_gym.construct.declare.populate import populate
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
        make_world=functools.partial(populate, declaration),
        make_domain=functools.partial(domain_of, declaration),
        make_code=functools.partial(source_of, declaration),
        declaration=declaration,
    )


def _travel_booking() -> Source:
    from ftrl_gym.construct.worlds import travel_tools
    from ftrl_gym.construct.worlds.travel import make_world
    from ftrl_gym.construct.worlds.travel_questions import travel_domain

    return Source(
        name="TravelBooking",
        title="Travel agency",
        description=(
            "A travel agency's back office: cities, airports, flights, hotels, rooms, trains, cars, travellers, "
            "loyalty accounts, bookings, payments and house rules. Questions are answered through reading tools, "
            "bookings are made, changed, paid and cancelled through writing ones."
        ),
        instruction="You work for a travel agency and help with questions and bookings. All prices are in EUR.",
        make_world=make_world,
        make_domain=travel_domain,
        make_code=functools.partial(inspect.getsource, travel_tools),
    )


_DECLARED = {
    "Clinic": "ftrl_gym.construct.worlds.clinic:CLINIC",
    "Bank": "ftrl_gym.construct.worlds.bank:BANK",
}
"""Scenario -> module and name of its declaration."""
_SOURCES: dict[str, Callable[[], Source]] = {"TravelBooking": _travel_booking}


def names() -> list[str]:
    """All scenarios that can be built."""
    return [*_SOURCES, *(name for name in _DECLARED if name not in _SOURCES)]


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
    _SOURCES[declaration.name] = lambda: source


@functools.cache
def scenario(name: str) -> Source:
    """The scenario of that name; always the same object.

    Raises:
        UnknownNameError: There is none.
    """
    if name in _SOURCES:
        return _SOURCES[name]()
    if name not in _DECLARED:
        raise UnknownNameError("scenario", name, names())
    module, _, attribute = _DECLARED[name].partition(":")
    return declared(getattr(importlib.import_module(module), attribute))
