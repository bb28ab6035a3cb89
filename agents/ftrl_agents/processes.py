"""The processes of a run, as ``accelerate launch`` starts them, and how they keep together.

A process works alone in blocks (:meth:`Processes.together`), at whose end all of them exchange what they have. Whatever
ends the block of one, an error or an interrupt, ends the run of all there: none waits for another that is gone.
Between blocks every process does the same. In a single process a block is a plain call.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from accelerate.utils import (  # type: ignore[import-untyped]
    InitProcessGroupKwargs,
    gather_object,
    is_deepspeed_available,
)

from ftrl_agents.interrupt import Interrupted, Interrupts
from ftrl_gym.errors import FtrlGymError, UsageError

T = TypeVar("T")
PATIENCE = timedelta(hours=3)
"""A process waits so long for the others, which may have the longer episodes, or be the one that warms up; of one that
died ``accelerate launch`` knows at once."""


def launched() -> Accelerator:
    """This process as ``accelerate launch`` started it; a single one without that.

    Raises:
        UsageError: It was started in a way that the learner cannot follow.
    """
    deepspeed = os.environ.get("ACCELERATE_USE_DEEPSPEED", "false").lower() == "true"
    if os.environ.get("ACCELERATE_USE_FSDP", "false").lower() == "true" and os.environ.get("FSDP_VERSION") != "2":
        raise UsageError(
            "FSDP's first version cannot train here: set fsdp_version: 2, as agents/configs/fsdp2.yaml does"
        )
    wanted = int(os.environ.get("WORLD_SIZE", "1"))
    if deepspeed and (wanted == 1 or not is_deepspeed_available()):
        raise UsageError(
            "DeepSpeed trains several processes, and one was launched: give --num_processes 2 or more, or leave it out"
            if wanted == 1
            else "DeepSpeed was launched and is not installed: pip install deepspeed, or take agents/configs/fsdp2.yaml"
        )
    # Without being told, processes without a GPU would not find each other, and each would train alone.
    on_cpu = wanted > 1 and not torch.accelerator.is_available()
    # Told to stay on the CPU, accelerate forgets DeepSpeed.
    settings = {"timeout": PATIENCE} | ({"backend": "gloo"} if deepspeed and on_cpu else {})
    found = Accelerator(cpu=on_cpu and not deepspeed, kwargs_handlers=[InitProcessGroupKwargs(**settings)])
    if found.num_processes != wanted:
        raise UsageError(
            f"{wanted} processes were launched, and accelerate knows of {found.num_processes}: each would train alone. "
            "Launch them with: accelerate launch --config_file agents/configs/ddp.yaml --num_processes N "
            "agents/train_llm.py ..."
        )
    if deepspeed:
        check_deepspeed(found)
    return found


def check_deepspeed(accelerator: Accelerator) -> None:
    """Whether DeepSpeed was launched with settings that the learner can follow.

    Raises:
        UsageError: It was not; says which to change.
    """
    plugin = accelerator.state.deepspeed_plugin
    if plugin.zero_stage not in (1, 2):
        raise UsageError(
            f"DeepSpeed's ZeRO stage {plugin.zero_stage} cannot train here, stages 1 and 2 can: set zero_stage: 2, as "
            "agents/configs/deepspeed.yaml does. FSDP2 saves the same memory as stage 3: --config_file "
            "agents/configs/fsdp2.yaml"
        )
    moved = plugin.deepspeed_config.get("zero_optimization", {}).get("offload_optimizer", {}).get("device", "none")
    if moved != "none" or accelerator.mixed_precision != "no":
        raise UsageError(
            f"DeepSpeed was launched with offload_optimizer_device {moved} and mixed_precision "
            f"{accelerator.mixed_precision}. Set both to none and no, as agents/configs/deepspeed.yaml does; "
            "--update.precision says which precision is computed in"
        )


class StoppedByAnother(FtrlGymError, RuntimeError):
    """Another process of the run failed, and says itself why."""


class _Outcome(NamedTuple):
    """How a block ended in one process."""

    value: Any = None
    error: str = ""
    interrupt: int | None = None
    """Number of the signal."""


class Processes:
    """All processes of a run, seen from one of them.

    Args:
        accelerator: Of this process.
        interrupts: Of this process; patient where there are several processes.
    """

    def __init__(self, accelerator: Accelerator, interrupts: Interrupts | None = None) -> None:
        self.accelerator, self._interrupts = accelerator, interrupts or Interrupts()
        self.index, self.count = int(accelerator.process_index), int(accelerator.num_processes)

    @property
    def is_main(self) -> bool:
        """Whether this is the one that writes files."""
        return self.index == 0

    def own(self, count: int) -> range:
        """Which of so many numbered things are this process's."""
        return range(self.index, count, self.count)

    def together(self, block: Callable[[], T]) -> list[T]:
        """What each process's block gives, in the order of their numbers, to all of them.

        Raises:
            Exception: What the block of this process raised, if no process before it raised, too.
            StoppedByAnother: One before it raised, or it did not raise, but another one did.
            Interrupted: Nothing failed, and one of them was interrupted.
        """
        if self.count == 1:
            return [block()]
        own: Exception | None = None
        try:
            with self._interrupts.heard():
                outcome = _Outcome(block())
        except Interrupted as interrupted:
            outcome = _Outcome(interrupt=interrupted.number)
        except Exception as error:  # raised again below, once the others know
            own, outcome = error, _Outcome(error=f"{type(error).__name__}: {error}")
        outcomes: list[_Outcome] = gather_object([outcome])
        for number, one in enumerate(outcomes):
            if one.error and own is not None and number == self.index:
                raise own
            if one.error:
                raise StoppedByAnother(f"process {number} stopped: {one.error}")
        for one in outcomes:
            if one.interrupt is not None:
                raise Interrupted(one.interrupt)
        return [one.value for one in outcomes]

    def alone(self, block: Callable[[], T]) -> T:
        """What the block of this process gives, and only to it. Raises as :meth:`together` does."""
        found: list[T] = []
        self.together(lambda: found.append(block()))
        return found[0]

    def by_main(self, block: Callable[[], T]) -> T:
        """What a block gives that only the main process runs, to all of them. Raises as :meth:`together` does."""
        return self.together(lambda: block() if self.is_main else None)[0]  # type: ignore[return-value]

    def dealt(self, block: Callable[[Sequence[int]], Sequence[T]], count: int) -> list[T]:
        """What so many numbered things give, in their order, if each process does its own.

        Args:
            block: Gives as many results as it is given numbers.
            count: How many things.
        """
        parts = self.together(lambda: list(block(self.own(count))))
        return [parts[number % self.count][number // self.count] for number in range(count)]

    def end(self) -> None:
        """Leaves the others, after the last block; what wraps a model of the run is to be let go before.

        Left to the end of the interpreter, the group's threads would ask for Python's lock when there is none any
        more, which aborts the process now and then. And were the wrapper of a model the last to hold the group, the
        group would end under that lock, and wait for a thread of its own that may be waiting for it.
        """
        if self.count == 1:
            return
        self.accelerator.free_memory()
        gc.collect()
        self.accelerator.end_training()
