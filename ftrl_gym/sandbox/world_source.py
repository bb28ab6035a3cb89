"""What a sandboxed tool sees of a world: the methods of :class:`ftrl_gym.world.World`, in the interpreter's Python.

The base stays in the interpreter between calls and a tool cannot reach it: every row that it gets is a copy, and what
holds the rows are the closures of functions, which the interpreter shows to nobody. So what an episode changes is all
that a call can change; it is handed in with the call and back with the result.
"""

from __future__ import annotations

WORLD_SOURCE = """
from copy import deepcopy as _ftrl_deepcopy

class _FtrlWorld:
    pass

def _ftrl_base(tables, constants):
    nested = {}
    for name, rows in tables.items():
        nested[name] = any([isinstance(value, (list, dict)) for row in rows.values() for value in row.values()])
    positions, indices = {}, {}

    def copied(table, row):
        return _ftrl_deepcopy(row) if nested[table] else dict(row)

    def position(table):
        if table not in positions:
            positions[table] = {key: number for number, key in enumerate(tables[table])}
        return positions[table]

    def index(table, attribute):
        if (table, attribute) not in indices:
            groups = {}
            for key, row in tables[table].items():
                groups.setdefault(row[attribute], []).append(key)
            indices[(table, attribute)] = groups
        return indices[(table, attribute)]

    def found_in_base(table, equal):
        rows = tables[table]
        for attribute, value in equal.items():
            try:
                keys = index(table, attribute).get(value, [])
            except (TypeError, KeyError):
                continue
            return [key for key in keys if _ftrl_equals(rows[key], equal)]
        return [key for key, row in rows.items() if _ftrl_equals(row, equal)]

    def view(changed, count):
        mine = {(table, key): row for table, key, row in changed}
        state = [count]

        def get(table, key):
            if (table, key) in mine:
                row = mine[(table, key)]
            else:
                row = tables[table].get(key)
            return None if row is None else _ftrl_deepcopy(row) if (table, key) in mine else copied(table, row)

        def rows(table):
            base = tables[table]
            kept = [(key, mine[(table, key)] if (table, key) in mine else row) for key, row in base.items()]
            made = [(key, row) for (name, key), row in mine.items() if name == table and key not in base]
            return [(key, _ftrl_deepcopy(row)) for key, row in kept + made if row is not None]

        def find(table, **equal):
            base = tables[table]
            found = found_in_base(table, equal)
            own = {key: row for (name, key), row in mine.items() if name == table}
            if not own:
                return [(key, copied(table, base[key])) for key in found]
            fitting = [key for key, row in own.items() if row is not None and _ftrl_equals(row, equal)]
            kept = [key for key in found if key not in own] + [key for key in fitting if key in base]
            places = position(table)
            kept = sorted(kept, key=lambda key: places[key]) + [key for key in fitting if key not in base]
            return [(key, _ftrl_deepcopy(own[key] if key in own else base[key])) for key in kept]

        def insert(table, row, prefix):
            state[0] += 1
            key = f"{prefix}{state[0]:04d}"
            while get(table, key) is not None:
                state[0] += 1
                key = f"{prefix}{state[0]:04d}"
            mine[(table, key)] = _ftrl_deepcopy(dict(row))
            return key

        def update(table, key, **values):
            row = get(table, key)
            assert row is not None, f"{table}/{key} does not exist"
            mine[(table, key)] = _ftrl_deepcopy({**row, **values})
            return {**row, **values}

        def delete(table, key):
            for name in (table, key):
                if not isinstance(name, str):
                    raise TypeError(f"a table and a row's id are text, not {type(name).__name__}")
            mine[(table, key)] = None

        def changes():
            return [[[table, key, row] for (table, key), row in mine.items()], state[0]]

        world = _FtrlWorld()
        world.constants = _ftrl_deepcopy(constants)
        world.get, world.rows, world.find = get, rows, find
        world.insert, world.update, world.delete = insert, update, delete
        return world, changes

    return view

def _ftrl_equals(row, equal):
    return all([row.get(attribute) == value for attribute, value in equal.items()])

def _ftrl_in_world(make, name, view, changes, arguments, chars):
    world, changed = view(*changes)
    outcome = _ftrl_told(_ftrl_done(make, name, {'world': world, **arguments}), chars)
    try:
        return outcome + '\\n' + _ftrl_dumps(changed(), ensure_ascii=False, allow_nan=False)
    except BaseException as error:
        return _ftrl_dumps([2, str(error)[:1000]]) + '\\n' + _ftrl_dumps(changes)
"""
