"""How processes keep together, told in one: what each block's end means to the others, and when a signal is heard."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ftrl_agents import processes as module
from ftrl_agents.interrupt import Interrupted, Interrupts
from ftrl_agents.processes import Processes, StoppedByAnother
from ftrl_gym.errors import FtrlGymError, UsageError

Outcome = module._Outcome


def second_of_two(monkeypatch: pytest.MonkeyPatch, first: Any, interrupts: Interrupts | None = None) -> Processes:
    """A process whose only companion's blocks end like this."""
    monkeypatch.setattr(module, "gather_object", lambda own: [first, *own])
    return Processes(SimpleNamespace(process_index=1, num_processes=2), interrupts)


def failing(error: BaseException) -> Callable[[], Any]:
    def block() -> Any:
        raise error

    return block


def test_things_are_dealt_in_turn_and_come_back_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    both = second_of_two(monkeypatch, Outcome([0, 20, 40]))
    assert both.dealt(lambda numbers: [10 * number for number in numbers], 5) == [0, 10, 20, 30, 40]
    assert both.by_main(failing(AssertionError("the main process alone runs it"))) == [0, 20, 40]
    assert both.alone(lambda: "mine") == "mine"


def test_the_first_that_failed_says_so_and_the_others_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = FtrlGymError("mine")
    with pytest.raises(FtrlGymError) as raised:
        second_of_two(monkeypatch, Outcome(1)).together(failing(mine))
    assert raised.value is mine
    broken = Outcome(error="ValueError: theirs")
    for block in (lambda: 1, failing(mine)):
        with pytest.raises(StoppedByAnother, match="process 0 stopped: ValueError: theirs"):
            second_of_two(monkeypatch, broken).together(block)


def test_an_interrupt_of_one_is_one_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Interrupted, match="SIGTERM"):
        second_of_two(monkeypatch, Outcome(interrupt=signal.SIGTERM)).together(lambda: 1)
    with Interrupts(patient=True) as interrupts:
        both = second_of_two(monkeypatch, Outcome(1), interrupts)
        signal.raise_signal(signal.SIGINT)  # between blocks it waits
        with pytest.raises(Interrupted, match="SIGINT"):
            both.together(failing(AssertionError("nothing runs any more")))
        with interrupts.ignored():
            assert both.together(lambda: 2) == [1, 2]  # on the way out


def test_weights_that_change_are_left_alone_even_in_a_block() -> None:
    noticed: list[int] = []
    with Interrupts(lambda: noticed.append(1), patient=True) as interrupts:
        with interrupts.deferred(), interrupts.heard():
            signal.raise_signal(signal.SIGTERM)
        assert noticed == [1]
        with pytest.raises(Interrupted), interrupts.heard():
            raise AssertionError("nothing runs any more")


def test_a_single_process_hears_at_once() -> None:
    with Interrupts() as interrupts:
        alone = Processes(SimpleNamespace(process_index=0, num_processes=1), interrupts)
        with pytest.raises(Interrupted):
            alone.together(lambda: signal.raise_signal(signal.SIGINT))
        assert alone.dealt(list, 3) == [0, 1, 2] and alone.is_main


def test_processes_that_would_train_alone_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Accelerator", lambda **settings: SimpleNamespace(num_processes=1))
    assert module.launched().num_processes == 1
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UsageError, match="2 processes were launched, and accelerate knows of 1"):
        module.launched()
