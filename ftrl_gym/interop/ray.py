"""Episodes in Ray actors, on as many machines as a cluster has; who plays them stays where it is.

A fleet has numbered *places*, so many in each actor. In a place an episode is begun, and turns are sent to it; what
they came to is received, from whichever actor is done first::

    fleet.begin(place, task="train-00000")     fleet.send(place, text)     fleet.receive() -> [Arrival, ...]

*Back-pressure.* In a place one order is on its way at most, and a second one is refused until the first is received; an
actor works on one batch at a time, and what is ordered meanwhile goes with the next. So neither a slow actor nor a slow
reader piles anything up.

*Loss.* An episode is a function of how it began and of what was said in it, which the fleet keeps. Where an actor or
its node is lost, another actor takes its places, says again what was answered, and then what was under way. Only the
present actor of a place is listened to. So no episode is lost, and none is counted twice, for whoever plays: a loss
shows in nothing but :attr:`Fleet.lost`. Environments whose turns depend on anything else (a user played by a model) are
found out when this happens, and refused.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import numpy as np

from ftrl_gym.errors import FtrlGymError, UsageError
from ftrl_gym.interop.installed import require
from ftrl_gym.interop.ray_station import Arrival, Order, Station

__all__ = ["Arrival", "Fleet"]

SUPPORTED = ("2.40", "3")
"""Versions of Ray: from, and below."""


@dataclass(slots=True)
class _Place:
    """One place, as the fleet remembers it."""

    answered: list[Order] = field(default_factory=list)
    """Since its episode began; empty where none is in play."""
    last: Arrival | None = None
    """What the last of them came to."""
    under_way: bool = False


@dataclass(slots=True)
class _Actor:
    """An actor, and what it is at."""

    handle: Any
    waiting: list[Order] = field(default_factory=list)
    """What goes with the next batch."""
    sent: list[Order] = field(default_factory=list)
    reply: Any = None
    """Of what was sent; None while it has nothing to do."""
    overdue_at: float = 0.0
    catches_up: bool = False
    """Whether it came in place of one that was lost, and has not answered yet."""
    losses: int = 0
    """One after the other, without an answer in between."""


class Fleet:
    """Places for episodes in the actors of a Ray cluster.

    Args:
        env_id: As for ``gym.make``.
        actors: How many; they spread over the nodes.
        episodes: Places in each.
        seed: Of the draws of tasks where :meth:`begin` is given neither task nor seed.
        num_cpus: What an actor takes of its node. One that is lost is begun anew where there is room for it.
        restarts: So often in a row an actor may be lost without having answered in between.
        batch_seconds: An actor that does not answer for so long counts as lost; starting it is part of that.
        **keywords: As for ``gym.make``.

    Raises:
        MissingExtraError: Ray is not installed.
        UsageError: Its version is not supported, ``ray.init`` was not called, or a number is not positive.
    """

    def __init__(
        self,
        env_id: str,
        *,
        actors: int = 2,
        episodes: int = 64,
        seed: int | None = None,
        num_cpus: float = 1.0,
        restarts: int = 3,
        batch_seconds: float = 600.0,
        **keywords: Any,
    ) -> None:
        require("ray", "ray", *SUPPORTED)
        import ray

        for name, value in (("actors", actors), ("episodes", episodes), ("restarts", restarts + 1)):
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise UsageError(
                    f"{name} is too small or no whole number: {value!r:.80}; actors and episodes begin at 1"
                )
        if not batch_seconds > 0:
            raise UsageError(f"batch_seconds is {batch_seconds!r:.80}; it is a number of seconds above 0")
        if not ray.is_initialized():
            raise UsageError('Ray is not connected; call ray.init(address="auto") on a cluster, or ray.init() first')
        self._ray = ray
        self.places = actors * episodes
        """How many; they are numbered from 0."""
        self.lost = 0
        """Actors that were lost so far."""
        self._episodes, self._restarts, self._batch_seconds = episodes, restarts, batch_seconds
        self._env_id, self._keywords = env_id, keywords
        # Ray's own restarts would bring back an actor that knows of no episode
        self._maker = ray.remote(Station).options(
            num_cpus=num_cpus, max_restarts=0, max_task_retries=0, scheduling_strategy="SPREAD"
        )
        self._places = [_Place() for _ in range(self.places)]
        self._actors = [_Actor(self._start()) for _ in range(actors)]
        self._draws = np.random.default_rng(seed)
        self._arrived: list[Arrival] = []

    # ------------------------------------------------------------------ playing

    def begin(self, place: int, task: str | None = None, seed: int | None = None) -> None:
        """Begins an episode; one that is in play in this place is given up.

        Args:
            place: Which place.
            task: Id of the task; None draws one.
            seed: Of the draw.

        Raises:
            UsageError: No such place, or something is under way to it.
        """
        drawn = int(self._draws.integers(2**31)) if seed is None else seed
        self._order(Order(place, None, task, drawn))

    def send(self, place: int, text: str) -> None:
        """Says something in an episode.

        Args:
            place: Which place.
            text: A whole assistant turn.

        Raises:
            UsageError: No such place, no episode in play there, something is under way to it, or no str.
        """
        if not isinstance(text, str):
            raise UsageError(f"a turn is a str, not {type(text).__name__}")
        if not self._place(place).answered and not self._place(place).under_way:
            raise UsageError(f"no episode is in play in place {place}; begin one there first")
        self._order(Order(place, text))

    def receive(self, timeout: float | None = None) -> list[Arrival]:
        """Waits until some orders have come to something, and returns those.

        Args:
            timeout: Seconds to wait at most; None: as long as it takes.

        Returns:
            At least one, in no particular order; none when the time was up, or nothing was under way.

        Raises:
            UsageError: An order was wrong: it named an unknown task, or the like. What others came to is received next.
            FtrlGymError: An actor was lost again and again, or the environment's turns cannot be played again.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while not self._arrived:
            self._dispatch()
            at_work = {actor.reply: actor for actor in self._actors if actor.reply is not None}
            if not at_work:
                return []
            self._collect(at_work, until)
            if until is not None and time.monotonic() >= until:
                break
        self._dispatch()
        arrived, self._arrived = self._arrived, []
        for number, arrival in enumerate(arrived):
            if arrival.refused:
                self._arrived = arrived[:number] + arrived[number + 1 :]
                raise UsageError(f"{arrival.failed} (place {arrival.place})")
        return arrived

    def close(self) -> None:
        """Ends the actors; twice is fine."""
        for actor in self._actors:
            self._end(actor)
        self._actors = []

    def __enter__(self) -> Fleet:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    # ------------------------------------------------------------------ orders and replies

    def _place(self, place: int) -> _Place:
        if not self._actors:
            raise UsageError("the fleet is closed")
        if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place < self.places:
            raise UsageError(f"place is {place!r:.80}; places go from 0 to {self.places - 1}")
        return self._places[place]

    def _order(self, order: Order) -> None:
        place = self._place(order.place)
        if place.under_way:
            raise UsageError(f"something is under way to place {order.place}; receive() what it comes to first")
        if order.text is None:
            place.answered, place.last = [], None
        place.under_way = True
        self._actors[order.place // self._episodes].waiting.append(order)

    def _dispatch(self) -> None:
        """Gives every actor that has nothing to do what waits for it."""
        for number, actor in enumerate(self._actors):
            if actor.reply is None and actor.waiting:
                actor.sent, actor.waiting = actor.waiting, []
                self._send(number, actor)

    def _send(self, number: int, actor: _Actor) -> None:
        past = [place.answered for place in self._of(number) if place.answered] if actor.catches_up else []
        actor.reply = actor.handle.play.remote(actor.sent, past)
        actor.overdue_at = time.monotonic() + self._batch_seconds

    def _of(self, number: int) -> list[_Place]:
        """The places of an actor."""
        return self._places[number * self._episodes : (number + 1) * self._episodes]

    def _collect(self, at_work: Mapping[Any, _Actor], until: float | None) -> None:
        """Waits for a reply, or until time is up, and takes in all that are there."""
        now = time.monotonic()
        overdue_at = min(actor.overdue_at for actor in at_work.values())
        wait = max(0.0, min(overdue_at, overdue_at if until is None else until) - now)
        if self._ray.wait(list(at_work), num_returns=1, timeout=wait)[0]:
            ready, _ = self._ray.wait(list(at_work), num_returns=len(at_work), timeout=0)
            for reply in ready:
                self._take_in(at_work[reply])
        for actor in at_work.values():
            if actor.reply is not None and actor.reply in at_work and time.monotonic() >= actor.overdue_at:
                self._replace(actor, f"it has not answered for {self._batch_seconds:g} s")

    def _take_in(self, actor: _Actor) -> None:
        """Notes a reply; where there will be none, another actor is asked."""
        try:
            arrivals, resumed = self._ray.get(actor.reply)
        except self._ray.exceptions.RayTaskError:
            raise  # the station itself is broken: that is a bug of ours
        except self._ray.exceptions.RayError as error:
            self._replace(actor, f"{type(error).__name__}: {str(error).strip()[:200]}")
            return
        for arrival in resumed:
            self._check(arrival)
        for order, arrival in zip(actor.sent, arrivals, strict=True):
            place = self._places[order.place]
            place.under_way = False
            place.answered, place.last = ([], None) if arrival.over else ([*place.answered, order], arrival)
        self._arrived += arrivals
        actor.sent, actor.reply, actor.catches_up, actor.losses = [], None, False, 0

    def _check(self, resumed: Arrival) -> None:
        """Raises FtrlGymError where an episode that was played again is not the one that it was."""
        last = self._places[resumed.place].last
        if last is None or (last.observation, last.reward) != (resumed.observation, resumed.reward):
            raise FtrlGymError(
                f"an actor was lost, and what was said in place {resumed.place} came to something else when said "
                f"again: the turns of {self._env_id} depend on more than that. Play it in this process (gym.make)"
            )

    # ------------------------------------------------------------------ actors

    def _start(self) -> Any:
        return self._maker.remote(self._env_id, self._keywords)

    def _end(self, actor: _Actor) -> None:
        with suppress(Exception):  # it may be gone, and so may Ray
            self._ray.kill(actor.handle)

    def _replace(self, actor: _Actor, why: str) -> None:
        """Another actor in place of a lost one, which is sent what that one has not answered."""
        self.lost += 1
        actor.losses += 1
        self._end(actor)  # it may live on where nobody reaches it, and would keep its room
        if actor.losses > self._restarts:
            raise FtrlGymError(
                f"an actor of the fleet was lost {actor.losses} times in a row; the last time: {why}. `ray status` "
                "shows nodes and their room. num_cpus= is what each actor takes, restarts= how often it may be lost"
            )
        actor.handle, actor.catches_up = self._start(), True
        self._send(self._actors.index(actor), actor)
