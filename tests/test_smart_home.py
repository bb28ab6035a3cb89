"""SmartHome: devices of four kinds behind hubs, scenes that set them, chains of firmware, and who may use what."""

from __future__ import annotations

import functools
from collections import Counter
from datetime import date, timedelta

import pytest
from tool_calls import fails, figure_of, row_of, run
from walks import answered, hops

from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.worlds.smart_home import SMART_HOME
from ftrl_gym.world import World, WorldBase

TODAY = date.fromisoformat(SMART_HOME.today)
_run = functools.partial(run, "SmartHome")
_fails = functools.partial(fails, "SmartHome")


def _day(after: int) -> str:
    return (TODAY + timedelta(days=after)).isoformat()


@pytest.fixture(scope="module")
def home() -> Source:
    return scenario("SmartHome")


@pytest.fixture(scope="module", params=[(0, "real"), (1, "syllables"), (2, "mixed")], ids=str)
def base(request: pytest.FixtureRequest, home: Source) -> WorldBase:
    return home.make_world(*request.param)


@pytest.fixture
def world(home: Source) -> World:
    return World(home.make_world(0, "real"))


# --- data ------------------------------------------------------------------------------------------------------------


def test_devices_hang_behind_the_hub_of_their_room_and_hubs_know_how_many(base: WorldBase) -> None:
    rooms, hubs, models = base.tables["rooms"], base.tables["hubs"], base.tables["models"]
    assert all(hubs[room["hub"]]["floor"] == room["floor"] for room in rooms.values())
    loads = Counter(rooms[device["room"]]["hub"] for device in base.tables["devices"].values())
    assert all(loads[code] == hub["load"] <= hub["capacity"] for code, hub in hubs.items())
    for device in base.tables["devices"].values():
        assert models[device["model"]]["made_as"] == device["kind"]
        assert base.tables["firmware_versions"][device["firmware"]]["model"] == device["model"]
        assert (device["level"] == 0) == (device["kind"] == "lock") == (device["lock_delay"] > 0)


def test_firmware_forms_one_chain_for_each_model(base: WorldBase) -> None:
    versions = base.tables["firmware_versions"]
    for model in base.tables["models"]:
        own = {key: row for key, row in versions.items() if row["model"] == model}
        chain = [next(key for key, row in own.items() if not row["follows"])]
        while after := [key for key, row in own.items() if row["follows"] == chain[-1]]:
            assert len(after) == 1 and own[chain[-1]]["release_date"] < own[after[0]]["release_date"]
            chain += after
        assert len(chain) == len(own) >= 3


def test_a_scene_sets_each_device_once_and_no_lock(base: WorldBase) -> None:
    settings = base.tables["settings"].values()
    assert len({(row["scene"], row["device"]) for row in settings}) == len(settings)
    assert all(base.tables["devices"][row["device"]]["kind"] != "lock" for row in settings)
    permissions = base.tables["permissions"].values()
    assert len({(row["resident"], row["device"]) for row in permissions}) == len(permissions)
    assert all((row["expires"] >= SMART_HOME.today) == (row["status"] == "active") for row in permissions)


# --- actions ---------------------------------------------------------------------------------------------------------


def test_a_device_that_moves_changes_hubs(world: World) -> None:
    number, device = next(iter(world.rows("devices")))
    old = row_of(world, "rooms", device["room"])["hub"]
    new, room = next((key, row) for key, row in world.rows("rooms") if row["hub"] != old)
    before = [row_of(world, "hubs", code)["load"] for code in (old, room["hub"])]
    _fails(world, "already; name another room", "move_device", device_id=number, room=device["room"])
    world.update("hubs", room["hub"], load=row_of(world, "hubs", room["hub"])["capacity"])
    _fails(world, "the most it can take", "move_device", device_id=number, room=new)
    world.update("hubs", room["hub"], load=before[1])
    assert _run(world, "move_device", device_id=number, room=new) == {"device_id": number, "room": new}
    assert [row_of(world, "hubs", code)["load"] for code in (old, room["hub"])] == [before[0] - 1, before[1] + 1]


def test_firmware_is_updated_one_version_at_a_time(world: World) -> None:
    first = next(key for key, row in world.rows("firmware_versions") if not row["follows"])
    number, _ = world.find("devices", model=row_of(world, "firmware_versions", first)["model"])[0]
    world.update("devices", number, firmware=first, status="online")
    seen = [first]
    while after := world.find("firmware_versions", follows=seen[-1]):
        assert _run(world, "update_firmware", device_id=number)["firmware"] == after[0][0]
        seen.append(after[0][0])
    assert len(seen) >= 3
    _fails(world, "which no version follows", "update_firmware", device_id=number)


def test_a_device_that_is_disabled_drops_out_of_scenes_and_permissions(world: World) -> None:
    setting, row = next((k, r) for k, r in world.rows("settings") if world.find("permissions", device=r["device"]))
    number = row["device"]
    permission, _ = world.find("permissions", device=number)[0]
    world.update("devices", number, status="online")
    world.update("permissions", permission, status="active")
    done = _run(world, "disable_device", device_id=number, fault="noisy")
    assert (done["status"], done["fault"]) == ("disabled", "noisy")
    assert row_of(world, "settings", setting)["applied"] == "skipped"
    assert row_of(world, "permissions", permission)["status"] == "revoked"
    _fails(world, "only a device that is online", "set_level", device_id=number, level=2)
    _fails(world, "is revoked already", "revoke_permission", permission_no=permission)


def test_levels_scenes_and_locks(world: World) -> None:
    scene, _ = next(iter(world.rows("scenes")))
    part = {row["device"] for _, row in world.find("settings", scene=scene)}
    lamps = [key for key, row in world.rows("devices") if row["kind"] == "lamp" and row["status"] == "online"]
    number = next(key for key in lamps if key not in part)
    most = figure_of(world, "highest level")
    _fails(world, f"level {most} at most", "add_to_scene", scene=scene, device_id=number, level=most + 1)
    _run(world, "add_to_scene", scene=scene, device_id=number, level=2)
    _fails(world, "is part of .* already", "add_to_scene", scene=scene, device_id=number, level=2)
    lock = next(key for key, row in world.rows("devices") if row["kind"] == "lock" and row["status"] == "online")
    _fails(world, "is a lock", "set_level", device_id=lock, level=2)


def test_permissions_and_automations_have_bounds(world: World) -> None:
    resident, _ = next(iter(world.rows("residents")))
    taken = {row["device"] for _, row in world.find("permissions", resident=resident)}
    free = [key for key, row in world.find("devices", status="online") if key not in taken]
    longest = figure_of(world, "longest permission")
    takes = {"resident_id": resident, "right": "control"}
    _fails(world, f"{longest} days at most", "grant_permission", device_id=free[0], until=_day(longest + 1), **takes)
    for _ in range(figure_of(world, "permissions per resident") - _active(world, resident)):
        _run(world, "grant_permission", device_id=free.pop(), until=_day(longest), **takes)
    _fails(world, "must be revoked first", "grant_permission", device_id=free[0], until=_day(9), **takes)
    sensor, scene = next(iter(world.rows("sensors")))[0], next(iter(world.rows("scenes")))[0]
    world.update("sensors", sensor, battery=figure_of(world, "lowest battery") - 1)
    _fails(world, "charge it first", "create_automation", sensor_id=sensor, scene=scene, minutes=2)


def _active(world: World, resident: str) -> int:
    return len(world.find("permissions", resident=resident, status="active"))


# --- questions -------------------------------------------------------------------------------------------------------


def test_seven_look_ups_follow_one_another(home: Source, base: WorldBase) -> None:
    """From a provider over a floor, its scene, a lamp and its model to the maker, against the rows."""
    steps = ("the cheapest contract with {x}", "contract.floor", "the scene with the most runs on {x}",
             "the setting with the longest fade in {x}", "setting.device (lamp)", "lamp.model",
             "model.maker")  # fmt: skip
    assert hops(home, "provider", steps, "hotline") == 7
    tables, asked = base.tables, 0
    for name in tables["providers"]:
        contracts = [row for row in tables["contracts"].values() if row["provider"] == name]
        floor = min(contracts, key=lambda row: row["monthly_fee"])["floor"]
        scenes = [row for row in tables["scenes"].values() if row["floor"] == floor]
        scene = max(scenes, key=lambda row: row["runs"])["name"]
        settings = [row for row in tables["settings"].values() if row["scene"] == scene]
        device = tables["devices"][max(settings, key=lambda row: row["fade"])["device"]]
        if device["kind"] == "lamp":
            maker = tables["makers"][tables["models"][device["model"]]["maker"]]
            assert answered(home, base, "provider", name, steps, "hotline") == maker["hotline"]
            asked += 1
    assert asked
