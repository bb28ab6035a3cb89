"""A generated travel world: complete, consistent, without ties, and the same in every process."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import fastjsonschema
import pytest
from travel_calls import COLUMNS, FOREIGN_KEYS, ITEM_TABLES, KEYS, TODAY, make_world

from ftrl_gym.construct.worlds.names import Names, NameStyle
from ftrl_gym.construct.worlds.travel import TRAVEL
from ftrl_gym.world import WorldBase

WORLDS = [(seed, style) for style in NameStyle for seed in (0, 1, 2, 17, 4_000_000_007)]
SIZES = {"cities": 10, "airlines": 6, "hotels": 24, "rooms": 80, "cars": 24, "travellers": 24, "bookings": 48}

_DIGEST = (
    "import hashlib, json; from ftrl_gym.construct.scenarios import scenario;"
    "make_world = scenario('TravelBooking').make_world;"
    "print([hashlib.sha256(json.dumps(make_world(s, n).tables).encode()).hexdigest()"
    " for s, n in ((3, 'real'), (3, 'mixed'), (4, 'syllables'), (3, 'real'))])"
)


@pytest.fixture(scope="module", params=WORLDS, ids=lambda p: f"{p[1]}-{p[0]}")
def world(request: pytest.FixtureRequest) -> WorldBase:
    return make_world(*request.param)


def rows(world: WorldBase, table: str) -> list[dict[str, Any]]:
    return list(world.tables[table].values())


def groups(rows: Iterable[dict[str, Any]], *by: str) -> list[list[dict[str, Any]]]:
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(tuple(row[column] for column in by), []).append(row)
    return list(found.values())


def tied(rows: list[dict[str, Any]], column: str) -> bool:
    return len({row[column] for row in rows}) < len(rows)


def test_every_row_has_its_columns_in_order_and_its_key(world: WorldBase) -> None:
    assert list(world.tables) == list(COLUMNS)
    for table, columns in COLUMNS.items():
        validate = fastjsonschema.compile({"type": "object", "properties": columns})
        for key, row in world.tables[table].items():
            assert set(row) == set(columns), (table, key)
            assert row[KEYS[table]] == key
            validate(row)


def test_sizes(world: WorldBase) -> None:
    for table, size in SIZES.items():
        assert len(world.tables[table]) == size, table
    assert 10 <= len(world.tables["airports"]) <= 16
    assert 60 <= len(world.tables["flights"]) <= 100 and 40 <= len(world.tables["trains"]) <= 60
    assert 30 <= len(world.tables["payments"]) <= 75
    assert set(world.tables["rules"]) == {rule.topic for rule in TRAVEL.rules}
    assert len(world.tables["rates"]) >= 8


def test_foreign_keys_hold(world: WorldBase) -> None:
    for (table, column), target in FOREIGN_KEYS.items():
        assert {row[column] for row in rows(world, table)} <= set(world.tables[target]), (table, column)
    for booking in rows(world, "bookings"):
        assert booking["item"] in world.tables[ITEM_TABLES[booking["type"]]]


def test_connected(world: WorldBase) -> None:
    city_of = {row["code"]: row["city"] for row in rows(world, "airports")}
    flights, cities = rows(world, "flights"), set(world.tables["cities"])
    assert set(city_of.values()) == cities
    assert {row["origin"] for row in flights} == {row["destination"] for row in flights} == set(city_of)
    assert all(city_of[row["origin"]] != city_of[row["destination"]] for row in flights)
    assert all(row["origin"] != row["destination"] for row in rows(world, "trains"))
    for table in ("hotels", "cars"):
        assert set(Counter(row["city"] for row in rows(world, table))) == cities
    assert min(Counter(row["city"] for row in rows(world, "hotels")).values()) >= 2
    assert set(Counter(row["traveller_id"] for row in rows(world, "bookings")).values()) <= {1, 2, 3, 4}
    assert {row["traveller_id"] for row in rows(world, "bookings")} == set(world.tables["travellers"])


def test_names_and_ids_are_unique_and_no_token_of_each_other(world: WorldBase) -> None:
    ids = [key for table in world.tables if table not in ("rules", "rates") for key in world.tables[table]]
    assert len({key.casefold() for key in ids}) == len(ids)
    numbers = [key.split("-")[1] for key in ids if re.fullmatch("[A-Z]-[0-9]+", key)]
    assert len(set(numbers)) == len(numbers)
    named = [("cities", "name"), ("airports", "name"), ("airlines", "name"), ("hotels", "name"), ("hotels", "manager")]
    named += [("hotels", "district"), ("travellers", "name"), ("cars", "model"), ("airports", "lounge")]
    names = [row[column] for table, column in named for row in rows(world, table)]
    tokens = [re.findall(r"\w+", name.casefold()) for name in names]
    assert len({tuple(t) for t in tokens}) == len(tokens)
    spaced = [f" {' '.join(t)} " for t in tokens]
    assert [(a, b) for a, b in combinations(spaced, 2) if a in b or b in a] == []
    assert not {t[0] for t in tokens if len(t) == 1} & {key.casefold() for key in ids} - {
        city.casefold() for city in world.tables["cities"]
    }


def test_no_ties_among_what_superlatives_compare(world: WorldBase) -> None:
    for table in ("flights", "trains"):
        for group in groups(rows(world, table), "origin", "destination", "date"):
            assert len(group) <= 6
            for column in ("price", "departs", "arrives", "seats_left"):
                assert not tied(group, column), (table, group)
    compared = {
        "hotels": ("city", ("rating", "breakfast_price", "stars", "checkout_until", "district")),
        "rooms": ("hotel_id", ("nightly_price", "view")),
        "cars": ("city", ("daily_price", "model", "company")),
        "airports": ("city", ("transfer_minutes",)),
        "bookings": ("traveller_id", ("date",)),
    }
    for table, (by, columns) in compared.items():
        for group in groups(rows(world, table), by):
            assert len(group) <= 4
            assert [column for column in columns if tied(group, column)] == [], (table, group)
    for table, column in (("airlines", "change_fee"), ("airlines", "hand_luggage_kg"), ("flights", "price")):
        assert not tied(rows(world, table), column)
    for column in ("points", "expires"):
        assert not tied(rows(world, "loyalty_accounts"), column)
    assert len({(row["date"], row["departs"]) for row in rows(world, "flights")}) == len(world.tables["flights"])
    assert not tied(rows(world, "cities"), "tourist_tax")


def test_something_to_compare(world: WorldBase) -> None:
    days = groups(rows(world, "flights"), "origin", "destination", "date")
    assert sum(len(group) >= 2 for group in days) >= 10
    routes = groups(rows(world, "flights"), "origin", "destination")
    assert any(len({row["date"] for row in route}) > 1 for route in routes)


def test_times_and_dates_make_sense(world: WorldBase) -> None:
    offset = {row["code"]: world.tables["cities"][row["city"]]["utc_offset"] for row in rows(world, "airports")}
    offset |= {name: row["utc_offset"] for name, row in world.tables["cities"].items()}
    for row in (*rows(world, "flights"), *rows(world, "trains")):
        assert row["departs"] < row["arrives"] <= "23:45"
        start, end = (int(row[c][:2]) * 60 + int(row[c][3:]) for c in ("departs", "arrives"))
        minutes = end - start - 60 * (offset[row["destination"]] - offset[row["origin"]])
        assert 40 <= minutes <= (330 if "airline" in row else 600), row
        assert row["date"] > TODAY
    for row in rows(world, "travellers"):
        assert "1947" < row["birth_date"] < "2007-05"
    for row in rows(world, "payments"):
        assert row["date"] < TODAY


def test_stars_go_with_prices(world: WorldBase) -> None:
    def mean(stars: tuple[int, ...]) -> float:
        found: list[int] = [
            row["nightly_price"]
            for row in rows(world, "rooms")
            if world.tables["hotels"][row["hotel_id"]]["stars"] in stars
        ]
        return sum(found) / len(found)

    assert mean((4, 5)) > 1.4 * mean((2, 3))
    for group in groups(rows(world, "hotels"), "city"):
        assert all(5.0 < row["rating"] < 10 and 5 <= row["breakfast_price"] < 40 for row in group)


def test_bookings_agree_with_items_and_payments(world: WorldBase) -> None:
    used: list[str] = []
    for booking in rows(world, "bookings"):
        item = world.tables[ITEM_TABLES[booking["type"]]][booking["item"]]
        if booking["type"] in ("flight", "train"):
            assert (booking["date"], booking["price"], booking["nights"]) == (item["date"], item["price"], 0)
        else:
            rate = item["nightly_price" if booking["type"] == "room" else "daily_price"]
            assert booking["nights"] >= 1 and booking["price"] == booking["nights"] * rate
            used.append(booking["item"])
            if booking["status"] != "cancelled" and booking["date"] > TODAY:
                assert not item["free" if booking["type"] == "room" else "available"]
        assert booking["status"] != "held" or booking["type"] == "flight"
        payments = [row for row in rows(world, "payments") if row["reference"] == booking["reference"]]
        settled = sum(row["amount"] for row in payments if row["status"] == "settled")
        assert settled == (booking["price"] if booking["paid"] else 0)
        refunds = [row for row in payments if row["status"] == "refunded"]
        assert bool(refunds) == (booking["status"] == "cancelled" and booking["paid"])
    assert len(set(used)) == len(used)


def test_a_refund_follows_the_rules(world: WorldBase) -> None:
    rules = {topic: row["value"] for topic, row in world.tables["rules"].items()}
    for refund in rows(world, "payments"):
        if refund["status"] == "refunded":
            booking = world.tables["bookings"][refund["reference"]]
            left = date.fromisoformat(booking["date"]) - date.fromisoformat(refund["date"])
            free = left >= timedelta(days=rules["free cancellation"])
            fee = 0 if free else (booking["price"] * rules["cancellation fee"] + 50) // 100
            assert refund["amount"] == booking["price"] - fee


def test_every_hotel_has_a_free_room_unless_booked() -> None:
    world = make_world(5, "syllables")
    free = {row["hotel_id"] for row in rows(world, "rooms") if row["free"]}
    booked = {
        world.tables["rooms"][row["item"]]["hotel_id"] for row in rows(world, "bookings") if row["type"] == "room"
    }
    assert free | booked == set(world.tables["hotels"])


def test_real_places_keep_their_facts() -> None:
    from ftrl_gym.construct.worlds.places import RATES, places

    known = {place.name: place for place in places()}
    for seed in range(8):
        for row in rows(make_world(seed, "real"), "cities"):
            place = known[row["name"]]
            assert (row["country"], row["currency"], row["utc_offset"]) == (
                place.country,
                place.currency,
                place.utc_offset,
            )
    assert 60 <= len(known) <= 80 and {place.currency for place in known.values()} <= set(RATES)
    codes = [code for place in known.values() for code, _ in place.airports]
    assert len(set(codes)) == len(codes)


def test_styles_differ_in_where_names_come_from() -> None:
    real = {row["name"] for row in rows(make_world(1, "real"), "cities")}
    from ftrl_gym.construct.worlds.places import places

    known = {place.name for place in places()}
    assert real <= known
    assert not {row["name"] for row in rows(make_world(1, "syllables"), "cities")} & known
    mixed = [row["name"] in known for seed in range(20) for row in rows(make_world(seed, "mixed"), "cities")]
    assert 0.1 < sum(mixed) / len(mixed) < 0.4
    with pytest.raises(ValueError, match="invented"):
        make_world(1, "invented")


def test_invented_names_are_endless() -> None:
    seen = Counter(row["name"] for seed in range(30) for row in rows(make_world(seed, "syllables"), "cities"))
    assert len(seen) > 295
    blended = Counter(row["name"] for seed in range(30) for row in rows(make_world(seed, "blended"), "cities"))
    assert len(blended) > 295


def test_names_run_out_gracefully() -> None:
    from random import Random

    names = Names("real", Random(0))
    picked = [names.pick(["Aurora", "Vega"]) for _ in range(4)]
    assert {"Aurora", "Vega"} < set(picked) and len(set(picked)) == 4


def test_same_world_in_every_process() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", _DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    real, mixed, syllables, again = json.loads(outputs.pop().replace("'", '"'))
    assert real == again and len({real, mixed, syllables}) == 3
    here = hashlib.sha256(json.dumps(make_world(3, "real").tables).encode()).hexdigest()
    assert here == real
