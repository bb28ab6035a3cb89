"""Text to train on: conversations as token ids with a mask of what the assistant said, streamed and batched.

Nothing is ever read twice: the i-th conversation of a stream is a function of its seed and i, so a stream can be
resumed at any place and never has to be stored. Conversations are made in a second process, which a trainer reads
ahead of through a bounded queue.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerFast

Message = dict[str, Any]
BLOCK = 64
"""Conversations that are handed over at once, and the grain at which a stream resumes."""
READ_AHEAD = 16
"""Blocks that wait at most."""


class Conversation(NamedTuple):
    """One conversation."""

    ids: npt.NDArray[np.int32]
    """``(T,)`` tokens of the whole rendering."""
    own: npt.NDArray[np.bool_]
    """``(T,)`` true on what the assistant said, its end-of-turn tokens included."""
    source: str = ""
    """What it is of, to be counted: a scenario."""


class Batch(NamedTuple):
    """Conversations side by side, padded on the right."""

    ids: torch.Tensor
    """``(B, T)``."""
    own: torch.Tensor
    """``(B, T)``, false on padding."""
    real: torch.Tensor
    """``(B, T)``, true where there is no padding."""

    def to(self, device: torch.device) -> Batch:
        """The same on a device."""
        return Batch(*(part.to(device) for part in self))


def encode(
    tokenizer: PreTrainedTokenizerFast, messages: Sequence[Message], tools: Sequence[dict[str, Any]] | None = None
) -> Conversation:
    """Renders a conversation with the chat template and marks the assistant's tokens in it.

    Args:
        tokenizer: With a ChatML template, such as the base model's.
        messages: From the system message to the last turn.
        tools: Documents for the template; None where the system message lists them.
    """
    text = tokenizer.apply_chat_template(list(messages), tools=list(tools) if tools else None, tokenize=False)
    ids = np.asarray(tokenizer(text, add_special_tokens=False)["input_ids"], dtype=np.int32)
    head = np.asarray(tokenizer("<|im_start|>assistant\n", add_special_tokens=False)["input_ids"], dtype=np.int32)
    own = np.zeros(len(ids), dtype=np.bool_)
    ends = np.flatnonzero(ids == tokenizer.eos_token_id)
    for start in np.flatnonzero(ids == head[0]):
        first = start + len(head)
        if np.array_equal(ids[start:first], head):
            own[first : ends[np.searchsorted(ends, first)] + 1] = True
    return Conversation(ids, own)


def batches(conversations: Sequence[Conversation], tokens: int, rng: np.random.Generator, pad: int) -> Iterator[Batch]:
    """Cuts conversations into batches of at most ``tokens`` padded tokens, like lengths together, in random order."""
    order = sorted(range(len(conversations)), key=lambda i: len(conversations[i].ids))
    groups: list[list[Conversation]] = [[]]
    for index in order:
        longest = len(conversations[index].ids)
        if groups[-1] and longest * (len(groups[-1]) + 1) > tokens:
            groups.append([])
        groups[-1].append(conversations[index])
    for place in rng.permutation(len(groups)):
        yield pad_together(groups[place], pad)


def pad_together(conversations: Sequence[Conversation], pad: int) -> Batch:
    """One batch of all of them."""
    import torch

    shape = (len(conversations), max(len(one.ids) for one in conversations))
    ids = np.full(shape, pad, dtype=np.int64)
    own, real = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    for row, one in enumerate(conversations):
        ids[row, : len(one.ids)], own[row, : len(one.ids)], real[row, : len(one.ids)] = one.ids, one.own, True
    return Batch(torch.from_numpy(ids), torch.from_numpy(own), torch.from_numpy(real))


Maker = Callable[[int], Conversation]
"""Number of a conversation -> the conversation."""


def ahead(maker: Callable[[], Maker], start: int = 0) -> Iterator[list[Conversation]]:
    """Blocks ``start``, ``start + 1``, ... of a stream without end, made in a process of its own.

    Args:
        maker: Called in the other process, so it must be picklable; returns what makes the i-th conversation.
        start: First block.

    Raises:
        RuntimeError: The other process died.
    """
    context = multiprocessing.get_context("spawn")
    queue: Any = context.Queue(READ_AHEAD)
    process = context.Process(target=_make_blocks, args=(maker, start, queue), daemon=True)
    process.start()
    try:
        while True:
            block = _take(queue, process)
            yield [Conversation(*one) for one in block]
    finally:
        process.terminate()
        process.join()


def _take(queue: Any, process: Any) -> Any:
    from queue import Empty

    while True:
        try:
            return queue.get(timeout=5)
        except Empty:
            if not process.is_alive():
                raise RuntimeError(f"the process that makes the corpus died with code {process.exitcode}") from None


def _make_blocks(maker: Callable[[], Maker], start: int, queue: Any) -> None:
    """Until the reader is gone: it may be killed without a word."""
    from queue import Full

    make, reader = maker(), multiprocessing.parent_process()
    block = start
    while True:
        made = [tuple(make(block * BLOCK + place)) for place in range(BLOCK)]
        while reader is None or reader.is_alive():
            try:
                queue.put(made, timeout=5)
                break
            except Full:
                continue
        else:
            queue.cancel_join_thread()  # nobody will take what is still in it
            return
        block += 1
