"""Numbers for what could be done: a row of features for each call and each ending, and some about the episode.

Nothing here is known but what the policy has been shown. A feature says how an action stands to the question and to
what was seen (words in common, whether a value was used, whether it is the least of its column), not which one it is,
so that what is learned on some tasks holds on others. Names of tools, columns and parameters are there as hashed stems.
All values lie between -1 and 1.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ftrl_gym.baselines.words import stems
from ftrl_gym.interop.numeric.asked import Asked
from ftrl_gym.interop.numeric.calls import GroundedCall
from ftrl_gym.interop.numeric.endings import Ending, Way, nearness
from ftrl_gym.interop.numeric.entities import Entity
from ftrl_gym.interop.numeric.seen import Seen

Array = npt.NDArray[np.float32]

EXTREMES = 16
"""Buckets for the columns in which a row is the least; as many for those in which it is the greatest."""
NAMES = 48
"""Buckets for the stems of a tool's name, and as many for those of a column's."""
PLACES = 32
"""Buckets for the stems of the names of the parameters that a call fills."""
WORDS, HEAD, LEFT = 128, 64, 64
"""Buckets for the stems of the question, of its head, and of what no call has touched."""
KINDS = ("name", "code", "number", "date", "time", "choice")
"""Kinds of values; see :mod:`ftrl_gym.baselines.masking`."""

OF_BOTH = ("call", "ending", "same tool", "age", "list", "first row", "named in row", "alone", "in question")
OF_CALL = (
    "made", "failed", "tool made", "relevance", "relevance left", "name asked", "name in head", "name left", "fit",
    "least fit", "from question", "unused", "used", "from latest", "places", "row of the tool", "looks", "options",
    "place", "same name", "others waiting", "row in question",
)  # fmt: skip
OF_ENDING = (
    "near", "near head", "first word", "covered", "number asked", "size", "order", "rank",
    *(f"way {way.value}" for way in Way), *(f"kind {kind}" for kind in KINDS),
)  # fmt: skip
_HASHED = len(OF_BOTH) + len(OF_CALL) + len(OF_ENDING)
COLUMN = 2 * EXTREMES + NAMES
"""Features of a column and of a row's place in it."""
SLOT = _HASHED + COLUMN + NAMES + PLACES
"""Features of an action."""
PROGRESS = 12 + len(KINDS)
"""Features of the episode."""
OF_TOOL = ("offered", "relevance", "relevance left", "name asked", "name in head", "looks", "made", "places")
OF_ENTITY = (
    "seen", "in question", "place", "age", "list", "first row", "named in row", "alone", "also in question", "used",
    "near",
    *(f"kind {kind}" for kind in KINDS),
)  # fmt: skip
TOOL, ENTITY = len(OF_TOOL) + NAMES, len(OF_ENTITY) + COLUMN + NAMES
"""Features of a tool and of an entity."""
WORDS_IN_ALL = WORDS + HEAD + LEFT

_NUMBERED = frozenset(stems("id no number code reference key"))
_YES_OR_NO = ("is", "are", "was", "were", "does", "do", "did", "has", "have", "can")


@lru_cache(maxsize=50_000)
def bucket(stem: str, buckets: int) -> int:
    """Where a stem is counted, from 0 to below ``buckets``; the same in every process.

    >>> bucket("hotel", 48)
    25
    """
    return zlib.crc32(stem.encode()) % buckets


def hashed(words: Iterable[str], buckets: int) -> npt.NDArray[np.int8]:
    """Which buckets the stems fall into; shape (buckets,)."""
    row = np.zeros(buckets, dtype=np.int8)
    for word in words:
        row[bucket(word, buckets)] = 1
    return row


def of_question(seen: Seen) -> npt.NDArray[np.int8]:
    """The words of the question, of its head, and those left; shape (WORDS_IN_ALL,), 0 or 1."""
    asked = seen.asked
    return np.concatenate([hashed(asked.words, WORDS), hashed(asked.head, HEAD), hashed(seen.left, LEFT)])


def of_progress(seen: Seen, turn: float) -> Array:
    """How the episode stands; shape (PROGRESS,), from 0 to 1.

    Args:
        seen: What was seen.
        turn: Turns so far over the most there are, from 0 to 1.
    """
    asked, results = seen.asked, seen.sight.results
    named = seen.entities.of_question
    lower = f" {seen.sight.said[0].lower()} "
    of_kind = [sum(entity.kind == kind for entity in named) / 4 for kind in KINDS]
    values = [
        turn, len(results) / 10, bool(results) and results[-1].error is not None, len(seen.made) / 8, seen.waiting / 6,
        lower.split()[0] in _YES_OR_NO, " how many " in lower, " or " in lower, lower.count(" and ") / 3,
        len(seen.left) / max(1, len(asked.words)), len(asked.words) / 20, len(seen.tools) / 40, *of_kind,
    ]  # fmt: skip
    return np.clip(np.array(values, dtype=np.float32), 0, 1)


def of_calls(calls: Sequence[GroundedCall], seen: Seen) -> Array:
    """The features of calls; shape (calls, SLOT)."""
    rows = np.zeros((len(calls), SLOT), dtype=np.float32)
    asked, used = seen.asked, seen.used
    relevance, left, left_words = asked.scores, seen.scores_left, frozenset(seen.left)
    latest, last_tool = seen.latest, seen.last_tool
    of_found: dict[int, tuple[tuple[float, ...], Array]] = {}
    for row, call in zip(rows, calls, strict=True):
        name, own, text = call.about.name, asked.names[call.tool], call.text
        entities = [one.entity for one in call.fillings if one.entity is not None]
        asking = [one for one in entities if one.result < 0]
        found = next((one for one in entities if one.result >= 0), None)
        count, width = max(1, len(entities)), max(1, len(own))
        if id(found) not in of_found:
            of_found[id(found)] = _of_entity(found, latest, asked), _of_column(found)
        about, column = of_found[id(found)]
        values = (
            1.0, 0.0, name == last_tool, *about,
            text in seen.made, text in seen.to_repeat, seen.tool_made.get(name, 0) / 3,
            relevance[call.tool], left[call.tool],
            len(own & asked.word_set) / width, bool(own.intersection(asked.head)), len(own & left_words) / width,
            call.fit / 4, min([4.0, *(one.fit for one in call.fillings)]) / 4,
            len(asking) / count, sum(one.value not in used for one in asking) / count,
            sum(one.value in used for one in entities) / count, sum(one.result == latest for one in entities) / count,
            len(call.fillings) / 4, found is not None and _says(found, own), call.about.looks, len(call.options) / 2,
            asking[0].place if asking else 0.0,
            sum(one.entity is not None and one.entity.column == one.leaf.name for one in call.fillings) / count,
            (seen.waiting - sum(one.value not in used for one in asking)) / 4,
            found is not None and _asked_row(found, asked),
        )  # fmt: skip
        row[: len(values)] = values
        row[_HASHED : _HASHED + COLUMN] = column
        row[_HASHED + COLUMN + _buckets(name, NAMES)] = 1
        for one in call.places:
            row[_HASHED + COLUMN + NAMES + _buckets(one.name, PLACES)] = 1
    return np.clip(rows, -1, 1)


def of_endings(found: Sequence[Ending], seen: Seen) -> Array:
    """The features of endings; shape (endings, SLOT)."""
    rows = np.zeros((len(found), SLOT), dtype=np.float32)
    asked, latest, last_tool = seen.asked, seen.latest, seen.last_tool
    start = len(OF_BOTH) + len(OF_CALL)
    wants_number = bool(_NUMBERED.intersection(asked.last))
    for number, (row, ending) in enumerate(zip(rows, found, strict=True)):
        entity = ending.entity
        row[: len(OF_BOTH)] = (
            0.0, 1.0, entity is not None and entity.tool == last_tool, *_of_entity(entity, latest, asked),
        )  # fmt: skip
        own: tuple[str, ...] = entity.own if entity is not None else ()
        hit = [stem for stem in own if stem in asked.word_set]
        head = [stem for stem in own if stem in asked.head]
        width = max(1, len(own))
        values = (
            nearness(asked, entity) / 4 if entity is not None else 0.0, len(head) / width,
            bool(asked.head) and asked.head[0] in own, len(hit) / width,
            bool(_NUMBERED.intersection(own)) and not wants_number, ending.size / 6,
            1 - asked.last.index(hit[0]) / len(asked.last) if hit and hit[0] in asked.last else 0.0,
            1 / (1 + number), *(ending.way is way for way in Way),
            *(entity is not None and ending.way is Way.CELL and entity.kind == kind for kind in KINDS),
        )  # fmt: skip
        row[start : start + len(values)] = values
        row[_HASHED : _HASHED + COLUMN] = _of_column(entity)
        if entity is not None:
            row[_HASHED + COLUMN + _buckets(entity.tool, NAMES)] = 1
    return np.clip(rows, -1, 1)


def of_tools(seen: Seen) -> Array:
    """The features of the tools offered; shape (tools, TOOL)."""
    rows = np.zeros((len(seen.tools), TOOL), dtype=np.float32)
    asked = seen.asked
    for number, (row, tool) in enumerate(zip(rows, seen.tools, strict=True)):
        own = asked.names[number]
        values = (
            1.0, asked.scores[number], seen.scores_left[number], len(own & asked.word_set) / max(1, len(own)),
            bool(own.intersection(asked.head)), tool.looks, seen.tool_made.get(tool.name, 0) / 3, len(tool.ways[0]) / 4,
        )  # fmt: skip
        row[: len(values)] = values
        row[len(values) + _buckets(tool.name, NAMES)] = 1
    return np.clip(rows, -1, 1)


def of_entities(entities: Sequence[Entity], seen: Seen) -> Array:
    """The features of entities; shape (entities, ENTITY)."""
    rows = np.zeros((len(entities), ENTITY), dtype=np.float32)
    for row, entity in zip(rows, entities, strict=True):
        values = (
            1.0, entity.result < 0, entity.place, *_of_entity(entity, seen.latest, seen.asked),
            entity.value in seen.used, nearness(seen.asked, entity) / 4, *(entity.kind == kind for kind in KINDS),
        )  # fmt: skip
        row[: len(values)] = values
        row[len(values) : len(values) + COLUMN] = _of_column(entity)
        row[len(values) + COLUMN + _buckets(entity.tool, NAMES)] = 1
    return np.clip(rows, -1, 1)


def _of_entity(entity: Entity | None, latest: int, asked: Asked) -> tuple[float, float, float, bool, bool, bool]:
    """Of :data:`OF_BOTH` what follows the first three."""
    if entity is None or entity.table is None:
        return (0.0, 0.0, 0.0, False, False, False)
    table = entity.table
    return (
        (latest - entity.result) / 5,
        min(1.0, (len(table.rows) - 1) / 5),
        float(entity.row == 0),
        _asked_row(entity, asked),
        len(table.rows) == 1,
        str(entity.value).lower() in asked.named,
    )


def _asked_row(entity: Entity, asked: Asked) -> bool:
    """Whether another cell of the row holds what the question names."""
    cells = entity.cells()
    return any(name != entity.column and str(cell).lower() in asked.named for name, cell in cells.items())


def _says(entity: Entity, own: frozenset[str]) -> bool:
    """Whether a cell of the row says what the tool's name does: a booking of the type "flight", and ``get_flight``."""
    return any(
        isinstance(cell, str) and len(cell) < 20 and own & frozenset(stems(cell)) for cell in entity.cells().values()
    )


def _of_column(entity: Entity | None) -> Array:
    """Of which columns its row is the least and the greatest, and what its own is called; shape (COLUMN,)."""
    row = np.zeros(COLUMN, dtype=np.float32)
    if entity is None:
        return row
    if entity.table is not None:
        cells = entity.cells()
        for column, ends in entity.table.extremes().items():
            for number, end in enumerate(ends):
                if cells.get(column) == end:
                    row[number * EXTREMES + _buckets(column.rpartition(".")[2], EXTREMES)] = 1
    row[2 * EXTREMES :] = hashed(entity.own or (f"<{entity.kind}>",), NAMES)
    return row


@lru_cache(maxsize=10_000)
def _buckets(name: str, buckets: int) -> npt.NDArray[np.intp]:
    """Where the stems of a name are counted."""
    return np.array([bucket(stem, buckets) for stem in stems(name)], dtype=np.intp)
