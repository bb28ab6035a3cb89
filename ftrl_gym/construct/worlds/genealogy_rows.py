"""Families over four generations, made together: who descends from whom, who married whom, and who went overseas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ftrl_gym.construct.worlds import genealogy_words as words
from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.world import Row

_COUPLES = (6, 5, 4)
"""Couples with children in each generation but the last."""
_BEGINNING = -81_000
"""When the first of all were born, in days from today."""
_YEAR = 365
_House = tuple[str, str]
"""Father and mother."""


@dataclass(frozen=True)
class _Person:
    key: str
    man: bool
    family: str
    born: int
    house: _House
    """Who has it in common does not marry."""


def persons(draft: Draft) -> Iterator[Row]:
    """Everybody, parents before children. Two who have children together are a couple and never of the same house."""
    born = _BEGINNING
    generation: list[_Person] = []
    for _ in range(_COUPLES[0]):
        for man in (True, False):
            family = draft.names.pick(words.FAMILIES)
            person, row = _somebody(draft, 1, man, family, born + draft.rng.randrange(1500), ("", ""))
            generation.append(person)
            yield row
    for number, couples in enumerate(_COUPLES, 2):
        children = []
        for father, mother in _couples(draft, generation, couples):
            born = max(father.born, mother.born) + draft.rng.randrange(21 * _YEAR, 24 * _YEAR)
            men = draft.rng.sample((True, False, True, False), draft.rng.choice((3, 3, 4)))
            for man in men:
                person, row = _somebody(draft, number, man, father.family, born, (father.key, mother.key))
                children.append(person)
                yield row
                born += draft.rng.randrange(400, 1100)
        generation = children


def _somebody(draft: Draft, generation: int, man: bool, family: str, born: int, house: _House) -> tuple[_Person, Row]:
    key = draft.ids.numbered("PRS", 5)
    name = f"{draft.names.pick(words.MEN if man else words.WOMEN)} {family}"
    row = {"person_id": key, "name": name, "sex": "male" if man else "female", "birth_date": draft.day(born)}
    parents = {"father": house[0], "mother": house[1], "generation": generation}
    return _Person(key, man, family, born, house), {**row, **parents}


def _couples(draft: Draft, generation: list[_Person], most: int) -> list[tuple[_Person, _Person]]:
    """Men and women of different houses; of the first generation, as they stand."""
    men, women = [each for each in generation if each.man], [each for each in generation if not each.man]
    draft.rng.shuffle(women)
    found: list[tuple[_Person, _Person]] = []
    for man in men:
        wife = next((woman for woman in women if woman.house != man.house or not any(man.house)), None)
        if wife is not None and len(found) < most:
            women.remove(wife)
            found.append((man, wife))
    return found


def marriages(draft: Draft) -> Iterator[Row]:
    """One for each couple, a year or so before their first child."""
    rows = draft.tables["persons"]
    first: dict[tuple[str, str], Any] = {}
    for row in rows.values():
        if row["father"]:
            first.setdefault((row["father"], row["mother"]), row["birth_date"])
    for (husband, wife), child in first.items():
        yield {"husband": husband, "wife": wife, "first_child": child}


def emigrations(draft: Draft) -> Iterator[Row]:
    """Half of those without children went overseas."""
    rows = draft.tables["persons"]
    parents = {row[parent] for row in rows.values() for parent in ("father", "mother")}
    free = [key for key, row in rows.items() if key not in parents and row["father"]]
    for key in draft.rng.sample(free, len(free) // 2):
        yield {"person": key}
