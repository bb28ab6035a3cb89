"""Exercises: short conversations that drill the one thing an episode teaches too rarely.

In an episode few tokens are copied from what was said, fewer still are read off a result, and a date in words turns up
now and then. A model that cannot do these yet learns little else from the rest. Here nearly every token is of that
sort: values of a world are repeated, put into the arguments of a call under the name they were given, or looked up in a
record by the words that people use for them. What is reckoned takes the numbers it gets, whatever they are of.
"""

from __future__ import annotations

import datetime
import json
import random
from typing import Any

from ftrl_agents.notes import Place, note_of, text_of, thought
from ftrl_agents.reckoning import reckoning
from ftrl_gym.construct.domain import Domain, Thing
from ftrl_gym.construct.worlds.names import Names
from ftrl_gym.policies import answer_text, call_text
from ftrl_gym.task import Answer, AnswerType
from ftrl_gym.world import Row, WorldBase

Messages = list[dict[str, Any]]

MOST_VALUES = 12
"""Most values of one exercise in copying."""
MOST_ROWS = 4
"""Most records of one exercise in reading."""
MOST_QUESTIONS = 5
"""Most questions about them."""
_REPEAT = ("Repeat: {}", "Write this down again: {}", "Say after me: {}")
_FILL = ("Note: {}.", "Please note {}.", "Here is what you need: {}.")
_READ = ("Please tell me {}.", "I need {}.", "Can you look up {}?", "Find out {}.", "{}?", "Do you know {}?")
_DAYS_AHEAD = 90


def exercise(world: WorldBase, domain: Domain, rng: random.Random, *, invented: bool = False) -> Messages:
    """One exercise as chat messages.

    Args:
        world: Where values are taken from.
        domain: How people talk about them.
        rng: Decides which ones and how.
        invented: Put made-up words in the place of some texts: a world has few materials and colours, and what is read
            off a record is whatever stands there.
    """
    draw = rng.random()
    if draw < 0.1:
        return _repeating(world, rng)
    if draw < 0.3:
        return _filling(world, rng)
    if draw < 0.6:
        return reckoning(rng)
    return _reading(world, domain, rng, invented)


def _repeating(world: WorldBase, rng: random.Random) -> Messages:
    told = ", ".join(str(value) for _, value in _fields(world, rng))
    return [_user(rng.choice(_REPEAT).format(told)), _assistant(told)]


def _filling(world: WorldBase, rng: random.Random) -> Messages:
    today = datetime.date.fromisoformat(str(world.constants["today"]))
    arguments, told = dict(_fields(world, rng)), []
    for name, value in rng.sample(list(arguments.items()), len(arguments)):
        told.append(f"{name.replace('_', ' ')} {value}")
    for name in ("day", "until", "from")[: rng.randint(0, 3)]:
        day = today + datetime.timedelta(days=rng.randint(1, _DAYS_AHEAD))
        arguments[name] = day.isoformat()
        words = (f"{day.day} {day:%B}", f"{day:%B} {day.day}", f"on {day.day} {day:%B}", f"on {day:%B} {day.day}")
        told.insert(rng.randint(0, len(told)), f"{name} {rng.choice(words)}")
    call = call_text([("note", arguments)])
    return [_today(world), _user(rng.choice(_FILL).format(", ".join(told))), _assistant(call)]


def _reading(world: WorldBase, domain: Domain, rng: random.Random, invented: bool) -> Messages:
    """Records, as a tool lists them, and questions for their attributes."""
    thing, name, rows = _things(world, domain, rng)
    if invented:
        words = Names("syllables", rng)
        rows = [_invented(row, thing, name, words, rng) for row in rows]
    records = [_record(row, name, rng) for row in rows]
    result: Any = records[0] if len(records) == 1 else {thing.entity: records}
    turns = [
        asked(thing, attribute, row, _noun(thing, row[name], rng), rng, _note(record, attribute))
        for row, record in zip(rows, records, strict=True)
        for attribute in sorted(thing.attributes)
        if attribute != name and row.get(attribute) is not None
    ]
    (question, answer), *more = rng.sample(turns, min(len(turns), rng.randint(1, MOST_QUESTIONS)))
    conversation = [
        _today(world),
        _user(question),
        _assistant(call_text([("look_up", {"kind": thing.name})])),
        {"role": "tool", "content": json.dumps(result, ensure_ascii=False)},
        _assistant(answer),
    ]
    for question, answer in more:
        conversation += [_user(question), _assistant(answer)]
    return conversation


def _note(record: dict[str, Any], attribute: str) -> str:
    told = {field: text_of(value) for field, value in record.items()}
    return note_of(Place((told,), 0, attribute, record))


def _things(world: WorldBase, domain: Domain, rng: random.Random) -> tuple[Thing, str, list[Row]]:
    """A kind of thing, the column that it is called by, and some rows."""
    while True:
        thing = domain.things[rng.choice(sorted(domain.things))]
        name = thing.handle if thing.anchors else thing.label
        table = world.tables[thing.entity]
        keys = [key for key in sorted(table) if name and table[key].get(name) is not None]
        if keys and any(attribute != name for attribute in thing.attributes):
            return thing, name, [table[key] for key in rng.sample(keys, min(len(keys), rng.randint(1, MOST_ROWS)))]


def _noun(thing: Thing, name: Any, rng: random.Random) -> str:
    return rng.choice(thing.anchors).format(x=name) if thing.anchors else f"{thing.name} {name}"


def asked(thing: Thing, attribute: str, row: Any, noun: str, rng: random.Random, note: str = "") -> tuple[str, str]:
    """A question for an attribute of a thing, and what answers it.

    Args:
        thing: Its kind.
        attribute: What is asked for.
        row: The thing.
        noun: How it is named: ``flight LT3635``, ``the cheapest room``.
        rng: Decides how.
        note: What is written down before the answer.
    """
    words = thing.attributes[attribute]
    unit = words.unit
    if unit and unit.startswith("@"):
        unit = str(row[unit[1:]])
    value = row[attribute]
    answer = answer_text(Answer(type=words.type, value=value, unit=unit))
    question = rng.choice(_READ).format(rng.choice(words.nouns).format(x=noun))
    if words.asks and rng.random() < 0.5:
        question = rng.choice(words.asks).format(x=noun)
    return question[0].upper() + question[1:], thought(note, answer)


def _invented(row: Row, thing: Thing, name: str, names: Names, rng: random.Random) -> Row:
    """A row with made-up words in the place of half of the texts that somebody may ask for."""
    changed = dict(row)
    for column, words in thing.attributes.items():
        is_text = words.type is AnswerType.NAME and isinstance(row.get(column), str)
        if is_text and column != name and rng.random() < 0.5:
            text = " ".join(names.word() for _ in range(rng.randint(1, 3)))
            changed[column] = text if rng.random() < 0.5 else text.lower()
    return changed


def _record(row: Any, name: str, rng: random.Random) -> dict[str, Any]:
    """A row with its columns in any order, but for the one it is called by: that stands first, as in most results."""
    columns = [column for column in row if column != name]
    rng.shuffle(columns)
    return {column: row[column] for column in (name, *columns)}


def _fields(world: WorldBase, rng: random.Random) -> list[tuple[str, Any]]:
    """Columns with a value each; the table is drawn first, so that small tables and their names are not rare."""
    fields = []
    for _ in range(rng.randint(3, MOST_VALUES)):
        table = rng.choice(sorted(name for name, rows in world.tables.items() if rows and name != "rules"))
        row = world.tables[table][rng.choice(sorted(world.tables[table]))]
        column = rng.choice(sorted(name for name, value in row.items() if not isinstance(value, bool)))
        fields.append((column, row[column]))
    return fields


def _today(world: WorldBase) -> dict[str, Any]:
    return {"role": "system", "content": f"Today is {world.constants['today']}."}


def _user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def _assistant(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}
