"""SmartHome: the control desk of a smart residence, with its floors, rooms, devices, scenes and residents.

Scenes set devices and residents may use devices, many to many; each pair has an entry of its own with a level or a
right. Firmware versions follow one another, and a device moves along their chain one by one. What the desk knows stands
in :mod:`~ftrl_gym.construct.worlds.smart_home_things`, what it does in
:mod:`~ftrl_gym.construct.worlds.smart_home_actions`.
"""

from __future__ import annotations

from ftrl_gym.construct.declare import (  # isort: skip
    Declaration, Detail, Find, Get, Money, Number, Short, WorkOut, least, most, only,
)  # fmt: skip
from ftrl_gym.construct.worlds.smart_home_actions import RULES, WRITING
from ftrl_gym.construct.worlds.smart_home_things import ENTITIES

# fmt: off
KINDS = ("lamp", "blind", "thermostat", "lock")

READING = (
    Get("get_floor", "floor", "A floor: warden, quiet hours, electricity meter, windows.",
        shows="warden quiet_from meter windows"),
    Find("list_rooms", "room", "Rooms on a floor.", "floor", "area target rent", (
        most("area", "the room with the largest area on {x}", plural="rooms on {x}"),
        least("rent", "the room with the lowest rent on {x}"),
        most("rent", "the room with the highest rent on {x}"),
        most("target", "the room with the highest target temperature on {x}"),
    )),
    Get("get_room", "room", "A room: floor, hub, area, cleaner, target temperature, rent."),
    Find("list_hubs", "hub", "Hubs on a floor.", "floor", "backup_hours capacity", (
        most("backup_hours", "the hub with the most backup hours on {x}", plural="hubs on {x}"),
        only("the only hub on {x}"),
    )),
    Get("get_hub", "hub", "A hub: floor, channel, backup time, capacity, load, installation date.",
        shows="floor channel backup_hours capacity load install_date"),
    Find("list_residents", "resident", "Residents of a room.", "room", "name moved_in", (
        only("the only resident of {x}"),
        least("moved_in", "the resident with the earliest move-in date in {x}", plural="residents of {x}"),
    )),
    Get("find_resident", "resident", "A resident by full name, with id and phone.", "name", "name phone"),
    Get("get_resident", "resident", "A resident's file: room, move-in date, phone, email, deposit."),
    Find("list_readings", "reading", "Energy readings of a room.", "room", "read_date energy peak", (
        most("read_date", "the latest reading for {x}", plural="readings for {x}"),
        most("energy", "the reading with the highest energy use for {x}"),
        least("peak", "the reading with the lowest peak load for {x}"),
    )),
    Get("get_reading", "reading", "An energy reading: room, date, energy use, peak load, who took it."),
    Get("get_maker", "maker", "A maker of devices: contact, hotline, warranty, delivery time."),
    Find("list_models", "model", "Models of a maker.", "maker", "price range weight", (
        least("price", "the cheapest model made by {x}", plural="models made by {x}"),
        most("weight", "the heaviest model made by {x}"),
        most("range", "{x}'s model with the longest range"
             " | the model with the longest range among those made by {x}"),
    )),
    Get("get_model", "model", "A model of device: maker, what it is made as, price, range, weight."),
    Find("list_firmware", "firmware", "Firmware versions for a model.", "model", "release_date size", (
        most("release_date", "the latest firmware version for {x}", plural="firmware versions for {x}"),
        most("size", "the largest firmware version for {x}"),
    )),
    Find("find_successor", "firmware", "The firmware version that follows another.", "follows", "release_date size", (
        only("the firmware version after {x}"),
    )),
    Get("get_firmware", "firmware", "A firmware version: model, the version before it if any, release, size,"
                                    " engineer."),
    Get("get_provider", "provider", "A maintenance firm: foreman, response time, hotline.",
        shows="foreman response hotline"),
    Find("list_contracts", "contract", "Maintenance contracts of a provider.", "provider", "monthly_fee visits ends", (
        least("monthly_fee", "the cheapest contract with {x}", plural="contracts with {x}"),
        most("visits", "the contract with the most visits from {x}"),
    )),
    Find("list_cover", "contract", "Maintenance contracts that cover a floor.", "floor", "monthly_fee visits ends", (
        most("monthly_fee", "the most expensive contract for {x}", plural="contracts for {x}"),
        least("visits", "the contract with the fewest visits for {x}"),
    )),
    Get("get_contract", "contract", "A maintenance contract: provider, floor, monthly fee, visits a year, end date."),
    Find("list_devices", "device", "Devices in a room, of one kind or any.", "room kind", "kind model draw status", (
        *(only(f"the only {kind} in {{x}}", {"kind": kind}) for kind in KINDS),
        most("draw", "the lamp with the highest power draw in {x}", {"kind": "lamp"}, plural="lamps in {x}"),
        least("draw", "the lamp with the lowest power draw in {x}", {"kind": "lamp"}),
    )),
    Find("list_installed", "device", "Devices of a model, of one kind or any.", "model kind",
         "room draw install_date", (
        *(most("draw", f"the {kind} with the highest power draw of {{x}}", {"kind": kind},
               plural=f"{kind}s of {{x}}") for kind in KINDS),
    )),
    Get("get_device", "device", "A device: room, kind, model, firmware, serial number, power draw, level, status."),
    Find("list_sensors", "sensor", "Sensors in a room.", "room", "measures battery interval", (
        least("battery", "the sensor with the lowest battery level in {x}", plural="sensors in {x}"),
        only("the only sensor in {x}"),
    )),
    Get("get_sensor", "sensor", "A sensor: room, what it measures, battery level, interval, who mounted it."),
    Find("list_scenes", "scene", "Scenes of a floor.", "floor", "runs changed", (
        most("runs", "the scene with the most runs on {x}", plural="scenes on {x}"),
        least("runs", "the scene with the fewest runs on {x}"),
    )),
    Get("get_scene", "scene", "A scene: floor, author (a resident), music, runs this year, last change."),
    Find("list_settings", "setting", "What a scene sets devices to.", "scene", "device level fade", (
        most("fade", "the setting with the longest fade in {x}", plural="settings in {x}"),
        least("fade", "the setting with the shortest fade in {x}"),
    )),
    Find("list_uses", "setting", "Settings of a device in scenes.", "device", "scene level fade", (
        only("the only scene setting for {x}"),
        most("fade", "the scene setting with the longest fade for {x}", plural="scene settings for {x}"),
    )),
    Get("get_setting", "setting", "A setting: scene, device, level, fading time, whether it is applied."),
    Find("list_automations", "automation", "Automations that start a scene.", "scene", "delay runs status", (
        least("delay", "the automation with the shortest delay for {x}", plural="automations for {x}"),
        most("runs", "the automation with the most runs for {x}"),
    )),
    Find("list_triggers", "automation", "Automations that a sensor triggers.", "sensor", "scene delay runs status", (
        only("the only automation triggered by {x}"),
        most("runs", "the automation triggered by {x} with the most runs"
             " | the automation with the most runs among those triggered by {x}",
             plural="automations triggered by {x}"),
    )),
    Get("get_automation", "automation", "An automation: scene, sensor, delay, times, runs last month, status."),
    Find("list_permissions", "permission", "Permissions of a resident, by status or all.", "resident status",
         "device right expires status", (
        most("expires", "the permission of {x} that expires last"
             " | the permission with the latest expiry date among those of {x}", plural="permissions of {x}"),
        only("the only active permission of {x}", {"status": "active"}),
    )),
    Find("list_users", "permission", "Permissions for a device, by status or all.", "device status",
         "resident right expires status", (
        only("the only permission for {x}"),
        only("the only active permission for {x}", {"status": "active"}),
    )),
    Find("find_permission", "permission", "Permissions of a resident for a device.", "resident device",
         "right expires status", (only("the permission of {x} for {y}"),)),
    Get("get_permission", "permission", "A permission: resident, device, right, grant and expiry date, status."),
    WorkOut("update_time", "How long a hub takes to spread a firmware version.", "hub firmware", {
        "minutes": Number(value="2 + firmware.size // hub.speed", unit="minutes", whole=True,
                          noun="the number of minutes that {x} takes to spread {y}",
                          ask="How many minutes does {x} take to spread {y}?"),
    }),
    WorkOut("callout_price", "What a single visit of a maintenance firm to a floor costs.", "provider floor", {
        "price": Money(value="provider.base_fee + 3 * floor.height", whole=True, adds=False,
                       noun="the price of a single visit of {x} to {y}",
                       ask="What does a single visit of {x} to {y} cost?"),
    }),
)

SMART_HOME = Declaration(
    name="SmartHome",
    title="Smart residence",
    description="The control desk of a smart residence: rooms, devices, scenes, automations, permissions, contracts.",
    instruction="You sit at the control desk of a smart residence and help residents and colleagues. Prices are in"
                " EUR.",
    policy="Do only what is asked for. What the tools refuse stays refused; look for no way round it.",
    entities=ENTITIES,
    tools=(*READING, *WRITING),
    rules=RULES,
    shorts=(
        Short(("resident.room", "room.floor"), "the floor where {x} lives | {x}'s floor"),
        Short(("sensor.room", "room.hub"), "the hub that serves {x}"),
        Short(("automation.sensor", "sensor.room"), "the room that {x} watches"),
        Short(("scene.author", "resident.room"), "the room of the author of {x}"),
    ),
    own=("sensor", "automation", "permission"),
    today="2026-11-09",
    day=Detail("day", ("",), "Which day is it about?", ("date", "day", "when"), ("{x}.", "On {x}.")),
    file=__file__,
)
