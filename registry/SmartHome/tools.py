"""Tools of SmartHome: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_floor(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "floors", name)
    return _view("name", name, row, "warden quiet_from meter windows")


def list_rooms(world: Any, floor: str) -> dict[str, Any]:
    _row(world, "floors", floor)
    wanted = {"floor": floor}
    found = world.find("rooms", **wanted)
    return {"rooms": _views(found, "name", "area target rent")}


def get_room(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "rooms", name)
    return _view("name", name, row, "floor hub area cleaner target rent")


def list_hubs(world: Any, floor: str) -> dict[str, Any]:
    _row(world, "floors", floor)
    wanted = {"floor": floor}
    found = world.find("hubs", **wanted)
    return {"hubs": _views(found, "hub_code", "backup_hours capacity")}


def get_hub(world: Any, hub_code: str) -> dict[str, Any]:
    row = _row(world, "hubs", hub_code)
    return _view("hub_code", hub_code, row, "floor channel backup_hours capacity load install_date")


def list_residents(world: Any, room: str) -> dict[str, Any]:
    _row(world, "rooms", room)
    wanted = {"room": room}
    found = world.find("residents", **wanted)
    return {"residents": _views(found, "resident_id", "name moved_in")}


def find_resident(world: Any, name: str) -> dict[str, Any]:
    resident_id, row = _called(world, "residents", "name", name)
    return _view("resident_id", resident_id, row, "name phone")


def get_resident(world: Any, resident_id: str) -> dict[str, Any]:
    row = _row(world, "residents", resident_id)
    return _view("resident_id", resident_id, row, "name room moved_in phone email deposit")


def list_readings(world: Any, room: str) -> dict[str, Any]:
    _row(world, "rooms", room)
    wanted = {"room": room}
    found = world.find("readings", **wanted)
    return {"readings": _views(found, "reading_id", "read_date energy peak")}


def get_reading(world: Any, reading_id: str) -> dict[str, Any]:
    row = _row(world, "readings", reading_id)
    return _view("reading_id", reading_id, row, "room read_date energy peak reader")


def get_maker(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "makers", name)
    return _view("name", name, row, "support hotline warranty delivery_days")


def list_models(world: Any, maker: str) -> dict[str, Any]:
    _row(world, "makers", maker)
    wanted = {"maker": maker}
    found = world.find("models", **wanted)
    return {"models": _views(found, "name", "price range weight")}


def get_model(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "models", name)
    return _view("name", name, row, "maker made_as price range weight")


def list_firmware(world: Any, model: str) -> dict[str, Any]:
    _row(world, "models", model)
    wanted = {"model": model}
    found = world.find("firmware_versions", **wanted)
    return {"firmware_versions": _views(found, "firmware_no", "release_date size")}


def find_successor(world: Any, follows: str) -> dict[str, Any]:
    _row(world, "firmware_versions", follows)
    wanted = {"follows": follows}
    found = world.find("firmware_versions", **wanted)
    return {"firmware_versions": _views(found, "firmware_no", "release_date size")}


def get_firmware(world: Any, firmware_no: str) -> dict[str, Any]:
    row = _row(world, "firmware_versions", firmware_no)
    return _view("firmware_no", firmware_no, row, "model follows release_date size engineer")


def get_provider(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "providers", name)
    return _view("name", name, row, "foreman response hotline")


def list_contracts(world: Any, provider: str) -> dict[str, Any]:
    _row(world, "providers", provider)
    wanted = {"provider": provider}
    found = world.find("contracts", **wanted)
    return {"contracts": _views(found, "contract_no", "monthly_fee visits ends")}


def list_cover(world: Any, floor: str) -> dict[str, Any]:
    _row(world, "floors", floor)
    wanted = {"floor": floor}
    found = world.find("contracts", **wanted)
    return {"contracts": _views(found, "contract_no", "monthly_fee visits ends")}


def get_contract(world: Any, contract_no: str) -> dict[str, Any]:
    row = _row(world, "contracts", contract_no)
    return _view("contract_no", contract_no, row, "provider floor monthly_fee visits ends")


def list_devices(world: Any, room: str, kind: str = "any") -> dict[str, Any]:
    _row(world, "rooms", room)
    wanted = {"room": room}
    if kind != "any":
        wanted["kind"] = kind
    found = world.find("devices", **wanted)
    return {"devices": _views(found, "device_id", "kind model draw status")}


def list_installed(world: Any, model: str, kind: str = "any") -> dict[str, Any]:
    _row(world, "models", model)
    wanted = {"model": model}
    if kind != "any":
        wanted["kind"] = kind
    found = world.find("devices", **wanted)
    return {"devices": _views(found, "device_id", "room draw install_date")}


def get_device(world: Any, device_id: str) -> dict[str, Any]:
    row = _row(world, "devices", device_id)
    return _view(
        "device_id",
        device_id,
        row,
        "room kind model firmware serial draw install_date level tone lock_delay status fault",
    )


def list_sensors(world: Any, room: str) -> dict[str, Any]:
    _row(world, "rooms", room)
    wanted = {"room": room}
    found = world.find("sensors", **wanted)
    return {"sensors": _views(found, "sensor_id", "measures battery interval")}


def get_sensor(world: Any, sensor_id: str) -> dict[str, Any]:
    row = _row(world, "sensors", sensor_id)
    return _view("sensor_id", sensor_id, row, "room measures battery interval mounted_by")


def list_scenes(world: Any, floor: str) -> dict[str, Any]:
    _row(world, "floors", floor)
    wanted = {"floor": floor}
    found = world.find("scenes", **wanted)
    return {"scenes": _views(found, "name", "runs changed")}


def get_scene(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "scenes", name)
    return _view("name", name, row, "floor author music runs changed")


def list_settings(world: Any, scene: str) -> dict[str, Any]:
    _row(world, "scenes", scene)
    wanted = {"scene": scene}
    found = world.find("settings", **wanted)
    return {"settings": _views(found, "setting_id", "device level fade")}


def list_uses(world: Any, device: str) -> dict[str, Any]:
    _row(world, "devices", device)
    wanted = {"device": device}
    found = world.find("settings", **wanted)
    return {"settings": _views(found, "setting_id", "scene level fade")}


def get_setting(world: Any, setting_id: str) -> dict[str, Any]:
    row = _row(world, "settings", setting_id)
    return _view("setting_id", setting_id, row, "scene device level fade applied")


def list_automations(world: Any, scene: str) -> dict[str, Any]:
    _row(world, "scenes", scene)
    wanted = {"scene": scene}
    found = world.find("automations", **wanted)
    return {"automations": _views(found, "automation_no", "delay runs status")}


def list_triggers(world: Any, sensor: str) -> dict[str, Any]:
    _row(world, "sensors", sensor)
    wanted = {"sensor": sensor}
    found = world.find("automations", **wanted)
    return {"automations": _views(found, "automation_no", "scene delay runs status")}


def get_automation(world: Any, automation_no: str) -> dict[str, Any]:
    row = _row(world, "automations", automation_no)
    return _view("automation_no", automation_no, row, "scene sensor delay from_time until_time runs status")


def list_permissions(world: Any, resident: str, status: str = "any") -> dict[str, Any]:
    _row(world, "residents", resident)
    wanted = {"resident": resident}
    if status != "any":
        wanted["status"] = status
    found = world.find("permissions", **wanted)
    return {"permissions": _views(found, "permission_no", "device right expires status")}


def list_users(world: Any, device: str, status: str = "any") -> dict[str, Any]:
    _row(world, "devices", device)
    wanted = {"device": device}
    if status != "any":
        wanted["status"] = status
    found = world.find("permissions", **wanted)
    return {"permissions": _views(found, "permission_no", "resident right expires status")}


def find_permission(world: Any, resident: str, device: str) -> dict[str, Any]:
    _row(world, "residents", resident)
    _row(world, "devices", device)
    wanted = {"resident": resident, "device": device}
    found = world.find("permissions", **wanted)
    return {"permissions": _views(found, "permission_no", "right expires status")}


def get_permission(world: Any, permission_no: str) -> dict[str, Any]:
    row = _row(world, "permissions", permission_no)
    return _view("permission_no", permission_no, row, "resident device right granted expires status")


def update_time(world: Any, hub_code: str, firmware_no: str) -> dict[str, Any]:
    hub = _row(world, "hubs", hub_code)
    firmware = _row(world, "firmware_versions", firmware_no)
    return {"hub_code": hub_code, "firmware_no": firmware_no, "minutes": 2 + firmware["size"] // hub["speed"]}


def callout_price(world: Any, provider: str, floor: str) -> dict[str, Any]:
    provider_row = _row(world, "providers", provider)
    floor_row = _row(world, "floors", floor)
    return {"provider": provider, "floor": floor, "price": provider_row["base_fee"] + 3 * floor_row["height"]}


def set_level(world: Any, device_id: str, level: int) -> dict[str, Any]:
    device = _row(world, "devices", device_id)
    if device["status"] != "online":
        raise ValueError(f"device {device_id} is {device['status']}; only a device that is online can be used")
    if device["kind"] == "lock":
        raise ValueError(f"device {device_id} is a lock, which has no levels; name another device")
    if not level <= _rule(world, "highest level"):
        raise ValueError(f"devices are set to level {_rule(world, 'highest level')} at most; give a lower one")
    if device["level"] == level:
        raise ValueError(f"device {device_id} is at level {level} already; give another one")
    row = world.update("devices", device_id, level=level)
    return _view("device_id", device_id, row, "level")


def move_device(world: Any, device_id: str, room: str) -> dict[str, Any]:
    device = _row(world, "devices", device_id)
    room_row = _row(world, "rooms", room)
    if device["room"] == room:
        raise ValueError(f"device {device_id} is in {room} already; name another room")
    if not (room_row["hub"] == _row(world, "rooms", device["room"])["hub"] or _row(world, "hubs", room_row["hub"])["load"] < _row(world, "hubs", room_row["hub"])["capacity"]):
        raise ValueError(
            f"hub {room_row['hub']} has {_row(world, 'hubs', room_row['hub'])['load']} devices, the most it can take; name a room with another hub"
        )
    row = world.update("devices", device_id, room=room)
    if room_row["hub"] != _row(world, "rooms", device["room"])["hub"]:
        world.update(
            "hubs",
            _row(world, "rooms", device["room"])["hub"],
            load=_row(world, "hubs", _row(world, "rooms", device["room"])["hub"])["load"] - 1,
        )
    if room_row["hub"] != _row(world, "rooms", device["room"])["hub"]:
        world.update("hubs", room_row["hub"], load=_row(world, "hubs", room_row["hub"])["load"] + 1)
    return _view("device_id", device_id, row, "room")


def update_firmware(world: Any, device_id: str) -> dict[str, Any]:
    device = _row(world, "devices", device_id)
    version = _first(world, "firmware_versions", "release_date", "", follows=device["firmware"])
    if device["status"] != "online":
        raise ValueError(f"device {device_id} is {device['status']}; only a device that is online can be used")
    if not _count(world, "firmware_versions", follows=device["firmware"]) > 0:
        raise ValueError(
            f"device {device_id} has firmware {device['firmware']}, which no version follows; nothing needs to be done"
        )
    row = world.update("devices", device_id, firmware=version)
    return _view("device_id", device_id, row, "firmware")


def disable_device(world: Any, device_id: str, fault: str) -> dict[str, Any]:
    device = _row(world, "devices", device_id)
    if device["status"] != "online":
        raise ValueError(f"device {device_id} is {device['status']}; only a device that is online can be used")
    row = world.update("devices", device_id, status="disabled", fault=fault)
    for each, _ in world.find("settings", device=device_id):
        world.update("settings", each, applied="skipped")
    for each, _ in world.find("permissions", device=device_id, status="active"):
        world.update("permissions", each, status="revoked")
    return _view("device_id", device_id, row, "status fault")


def add_to_scene(world: Any, scene: str, device_id: str, level: int) -> dict[str, Any]:
    _row(world, "scenes", scene)
    device = _row(world, "devices", device_id)
    if device["status"] != "online":
        raise ValueError(f"device {device_id} is {device['status']}; only a device that is online can be used")
    if device["kind"] == "lock":
        raise ValueError(f"device {device_id} is a lock, which has no levels; name another device")
    if not level <= _rule(world, "highest level"):
        raise ValueError(f"devices are set to level {_rule(world, 'highest level')} at most; give a lower one")
    if _count(world, "settings", scene=scene, device=device_id) != 0:
        raise ValueError(f"device {device_id} is part of {scene} already; name another device")
    if not _count(world, "settings", scene=scene) < _rule(world, "devices per scene"):
        raise ValueError(
            f"scene {scene} sets {_rule(world, 'devices per scene')} devices, the most allowed; choose another scene"
        )
    row = {"scene": scene, "device": device_id, "level": level, "fade": 5, "applied": "applied"}
    new_setting = world.insert("settings", row, prefix="SX-")
    return _view("setting_id", new_setting, row, "scene device level fade applied")


def create_automation(world: Any, sensor_id: str, scene: str, minutes: int) -> dict[str, Any]:
    sensor = _row(world, "sensors", sensor_id)
    _row(world, "scenes", scene)
    if not sensor["battery"] >= _rule(world, "lowest battery"):
        raise ValueError(
            f"sensor {sensor_id} has {sensor['battery']} percent battery, less than {_rule(world, 'lowest battery')}; charge it first"
        )
    if not minutes <= _rule(world, "longest delay"):
        raise ValueError(
            f"an automation waits for at most {_rule(world, 'longest delay')} minutes; give a shorter time"
        )
    if _count(world, "automations", sensor=sensor_id, scene=scene) != 0:
        raise ValueError(f"there is an automation by which {sensor_id} starts {scene} already; list_triggers shows it")
    if not _count(world, "automations", sensor=sensor_id, status="on") < _rule(world, "automations per sensor"):
        raise ValueError(
            f"sensor {sensor_id} triggers {_rule(world, 'automations per sensor')} automations, the most allowed; pause one"
        )
    row = {
        "sensor": sensor_id,
        "scene": scene,
        "delay": minutes,
        "runs": 0,
        "from_time": "00:00",
        "until_time": "23:59",
        "status": "on",
    }
    new_automation = world.insert("automations", row, prefix="AU-")
    return _view("automation_no", new_automation, row, "sensor scene delay runs from_time until_time status")


def pause_automation(world: Any, automation_no: str) -> dict[str, Any]:
    automation = _row(world, "automations", automation_no)
    if automation["status"] != "on":
        raise ValueError(f"automation {automation_no} is paused already; nothing needs to be done")
    row = world.update("automations", automation_no, status="paused")
    return _view("automation_no", automation_no, row, "status")


def grant_permission(world: Any, resident_id: str, device_id: str, right: str, until: str) -> dict[str, Any]:
    _row(world, "residents", resident_id)
    device = _row(world, "devices", device_id)
    _day_to_come(world, until)
    if device["status"] != "online":
        raise ValueError(f"device {device_id} is {device['status']}; only a device that is online can be used")
    if not _days_until(world, until) <= _rule(world, "longest permission"):
        raise ValueError(
            f"permissions are granted for {_rule(world, 'longest permission')} days at most; name an earlier day"
        )
    if _count(world, "permissions", resident=resident_id, device=device_id, status="active") != 0:
        raise ValueError(f"{resident_id} has an active permission for {device_id} already; revoke that one first")
    if not _count(world, "permissions", resident=resident_id, status="active") < _rule(world, "permissions per resident"):
        raise ValueError(
            f"{resident_id} has {_rule(world, 'permissions per resident')} active permissions; one must be revoked first"
        )
    row = {
        "resident": resident_id,
        "device": device_id,
        "right": right,
        "granted": world.constants["today"],
        "expires": until,
        "status": "active",
    }
    new_permission = world.insert("permissions", row, prefix="PM-")
    return _view("permission_no", new_permission, row, "resident device right granted expires status")


def revoke_permission(world: Any, permission_no: str) -> dict[str, Any]:
    permission = _row(world, "permissions", permission_no)
    if permission["status"] != "active":
        raise ValueError(f"permission {permission_no} is {permission['status']} already; nothing needs to be done")
    row = world.update("permissions", permission_no, status="revoked")
    return _view("permission_no", permission_no, row, "status")


def renew_contract(world: Any, contract_no: str) -> dict[str, Any]:
    contract = _row(world, "contracts", contract_no)
    if not _days_until(world, contract["ends"]) <= _rule(world, "renewal window"):
        raise ValueError(
            f"contract {contract_no} runs until {contract['ends']}; it is renewed in its last {_rule(world, 'renewal window')} days"
        )
    ends = _add_days(contract["ends"], _rule(world, "renewal period"))
    row = world.update(
        "contracts", contract_no, ends=ends, monthly_fee=contract["monthly_fee"] + _rule(world, "renewal surcharge")
    )
    return _view("contract_no", contract_no, row, "ends monthly_fee") | {"ends": ends}


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'floors': ('floor is called', 'get_room and get_hub give the right ones'),
    'hubs': ('hub has the code', 'get_room and list_hubs give the right ones'),
    'rooms': ('room is called', 'list_rooms and get_resident give the right ones'),
    'residents': ('resident has the id', 'list_residents and find_resident give the right ones'),
    'readings': ('reading has the id', 'list_readings gives the right ones'),
    'makers': ('maker is called', 'get_model gives the right ones'),
    'models': ('model is called', 'list_models and get_firmware give the right ones'),
    'firmware_versions': ('firmware has the number', 'list_firmware and find_successor give the right ones'),
    'providers': ('provider is called', 'get_contract gives the right ones'),
    'contracts': ('contract has the number', 'list_contracts and list_cover give the right ones'),
    'devices': ('device has the id', 'list_devices and list_installed give the right ones'),
    'sensors': ('sensor has the id', 'list_sensors and get_automation give the right ones'),
    'scenes': ('scene is called', 'list_scenes and get_setting give the right ones'),
    'settings': ('setting has the id', 'list_settings and list_uses give the right ones'),
    'automations': ('automation has the number', 'list_automations and list_triggers give the right ones'),
    'permissions': ('permission has the number', 'list_permissions and list_users give the right ones'),
    'rules': ('rule is about', "the topics are listed in the tool's document"),
}


def _shown(value: str) -> str:
    """What the caller wrote, short and escaped."""
    return ascii(value[:40] + "..." if len(value) > 40 else value)


def _row(world: Any, table: str, key: str) -> dict[str, Any]:
    row: dict[str, Any] | None = world.get(table, key)
    if row is None:
        what, mend = _SOURCES[table]
        raise ValueError(f"no {what} {_shown(key)}; {mend}")
    return row


def _called(world: Any, table: str, column: str, value: str) -> tuple[str, dict[str, Any]]:
    """Key and row of the one that bears a name."""
    found: list[tuple[str, dict[str, Any]]] = world.find(table, **{column: value})
    if not found:
        what = _SOURCES[table][0].split()[0]
        raise ValueError(f"no {what} with the {column} {_shown(value)} is known; give it as it was written, in full")
    return found[0]


def _view(key: str, value: str, row: dict[str, Any], columns: str) -> dict[str, Any]:
    """A row's key and some of its columns (created rows do not hold their key)."""
    return {key: value, **{column: row[column] for column in columns.split()}}


def _views(found: list[tuple[str, dict[str, Any]]], key: str, columns: str) -> list[dict[str, Any]]:
    return [_view(key, row_key, row, columns) for row_key, row in found]


def _rule(world: Any, topic: str) -> int:
    value: int = _row(world, "rules", topic)["value"]
    return value


def _day(text: str) -> Date:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"{_shown(text)} is no date; write it as YYYY-MM-DD")
    try:
        return Date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{_shown(text)} is not in the calendar") from None


def _day_to_come(world: Any, text: str) -> str:
    if _day(text) < _day(world.constants["today"]):
        raise ValueError(f"{text} is past: today is {world.constants['today']}")
    return text


def _days_until(world: Any, text: str) -> int:
    """Days from today; negative for a day that is past."""
    return (_day(text) - _day(world.constants["today"])).days


def _add_days(text: str, days: int) -> str:
    return (_day(text) + timedelta(days=days)).isoformat()


def _count(world: Any, table: str, **equal: Any) -> int:
    return len(world.find(table, **equal))


def _hours_until(world: Any, day: str, clock: str) -> float:
    """Hours from the beginning of today."""
    return _days_until(world, day) * 24 + int(clock[:2]) + int(clock[3:]) / 60


def _years_between(day: str, later: str) -> int:
    """Full years, as ages are counted."""
    return int(later[:4]) - int(day[:4]) - (later[5:] < day[5:])


def _total(world: Any, table: str, column: str, **equal: Any) -> Any:
    return sum([row[column] for _, row in world.find(table, **equal)])


def _first(world: Any, table: str, column: str, among: str, **equal: Any) -> str:
    """Key of the row with the least value of a column, of those where ``among`` is truthy; empty if there is none."""
    found = [(row[column], key) for key, row in world.find(table, **equal) if not among or row[among]]
    return min(found)[1] if found else ""


def _listed(world: Any, table: str, column: str, among: str, **equal: Any) -> str:
    """The different values of a column, a few of them."""
    found = {str(row[column]) for _, row in world.find(table, **equal) if not among or row[among]}
    return ", ".join(sorted(found)[:5]) or "none"


def _plain(figure: float) -> float:
    """A whole number without a fraction."""
    return int(figure) if figure == int(figure) else figure
