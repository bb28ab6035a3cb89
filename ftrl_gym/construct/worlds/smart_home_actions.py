"""What one can ask the control desk of a smart residence to do, and the house rules that its tools enforce."""

from __future__ import annotations

from dataclasses import replace

from ftrl_gym.construct.declare import Create, Date, Detail, Do, Extra, Need, Rule, Set, SetEach, Wanted
from ftrl_gym.construct.worlds import smart_home_words as words

# fmt: off
RULES = (
    Rule("highest level", (5, 6, 7, 8), "levels", "Devices are set to level {} at most."),
    Rule("devices per scene", (6, 7, 8), "devices", "A scene sets at most {} devices."),
    Rule("automations per sensor", (2, 3, 4), "automations", "A sensor triggers at most {} automations that are on."),
    Rule("lowest battery", tuple(range(12, 32, 2)), "percent", "A sensor triggers a new automation from {} percent"
                                                              " battery on."),
    Rule("longest delay", (5, 6, 7), "minutes", "An automation waits for at most {} minutes."),
    Rule("permissions per resident", (3, 4, 5), "permissions", "A resident has at most {} active permissions."),
    Rule("longest permission", tuple(range(42, 66, 2)), "days", "A permission is granted for the next {} days at"
                                                                " most."),
    Rule("renewal window", tuple(range(150, 260, 10)), "days", "A contract is renewed within {} days of its end."),
    Rule("renewal period", tuple(range(180, 370, 10)), "days", "A renewed contract runs for {} days more."),
    Rule("renewal surcharge", tuple(range(3, 25)), "EUR", "A renewed contract costs {} euros more a month."),
)

ONLINE = Need("device.status == 'online'", "device {device} is {device.status}; only a device that is online can be"
                                           " used")
NO_LOCK = Need("device.kind != 'lock'", "device {device} is a lock, which has no levels; name another device")
NOT_TOO_HIGH = Need("level <= rule('highest level')",
                    "devices are set to level {rule('highest level')} at most; give a lower one")
LEVEL = Detail("level", ("another level",), "To which level should it be set?", ("level", "how high", "which"),
               ("To level {x}.", "Level {x}, please.", "{x}."))
IN_SCENE = replace(LEVEL, nouns=("some level",))

WRITING = (
    Do("set_level", "Sets a lamp, blind or thermostat to a level.", "device",
       "set {device} to level {level} | turn {device} to level {level} | change the level of {device} to {level}",
       (ONLINE, NO_LOCK, NOT_TOO_HIGH,
        Need("device.level != level", "device {device} is at level {level} already; give another one")),
       (Set("device", {"level": "level"}),),
       asks={"level": Wanted(Extra.COUNT, LEVEL, "New level.")}, only_if="device.kind != 'lock'"),
    Do("move_device", "Notes that a device now hangs in another room, and connects it with the hub there.",
       "device room",
       "move {device} to {room} | note that {device} now hangs in {room} | transfer {device} to {room}",
       (Need("device.room != room", "device {device} is in {room} already; name another room"),
        Need("room.hub == device.room.hub or room.hub.load < room.hub.capacity",
             "hub {room.hub} has {room.hub.load} devices, the most it can take; name a room with another hub")),
       (Set("device", {"room": "room"}),
        Set("device.room.hub", {"load": "device.room.hub.load - 1"}, when="room.hub != device.room.hub"),
        Set("room.hub", {"load": "room.hub.load + 1"}, when="room.hub != device.room.hub")),
       follow_ups=("update_firmware",)),
    Do("update_firmware", "Brings a device to the firmware version that follows its own.", "device",
       "update the firmware of {device} | bring {device} to the next firmware version",
       (ONLINE,
        Need("count('firmware', follows=device.firmware) > 0",
             "device {device} has firmware {device.firmware}, which no version follows; nothing needs to be done")),
       (Set("device", {"firmware": "version"}),),
       lets={"version": "first('firmware', 'release_date', follows=device.firmware)"},
       later="update its firmware while you are at it"),
    Do("disable_device", "Switches a device off for good; its settings in scenes are skipped, permissions revoked.",
       "device", "disable {device} {fault} | take {device} out of service {fault} | switch {device} off for good"
                 " {fault}",
       (ONLINE,),
       (Set("device", {"status": "'disabled'", "fault": "fault"}),
        SetEach("setting", {"device": "device"}, {"applied": "'skipped'"}),
        SetEach("permission", {"device": "device", "status": "'active'"}, {"status": "'revoked'"})),
       asks={"fault": Wanted(Extra.CHOICE, Detail("fault", ("",), "What is wrong with it?", ("wrong", "fault", "why"),
                                                  ("{x}.", "Disable it {x}.")), "What is wrong.", words.FAULTS)}),
    Do("add_to_scene", "Adds a device to a scene, with the level to which the scene sets it.", "scene device",
       "add {device} to {scene} at level {level} | let {scene} set {device} to level {level}"
       " | make {device} part of {scene} at level {level}",
       (ONLINE, NO_LOCK, NOT_TOO_HIGH,
        Need("count('setting', scene=scene, device=device) == 0",
             "device {device} is part of {scene} already; name another device"),
        Need("count('setting', scene=scene) < rule('devices per scene')",
             "scene {scene} sets {rule('devices per scene')} devices, the most allowed; choose another scene")),
       (Create("setting", {"scene": "scene", "device": "device", "level": "level", "fade": "5",
                           "applied": "'applied'"}),),
       asks={"level": Wanted(Extra.COUNT, IN_SCENE, "Level to which the scene sets it.")},
       only_if="device.kind != 'lock'"),
    Do("create_automation", "Lets a sensor start a scene after some minutes.", "sensor scene",
       "let {sensor} start {scene} after {minutes} minutes"
       " | set up an automation by which {sensor} starts {scene} after {minutes} minutes",
       (Need("sensor.battery >= rule('lowest battery')",
             "sensor {sensor} has {sensor.battery} percent battery, less than {rule('lowest battery')}; charge it"
             " first"),
        Need("minutes <= rule('longest delay')",
             "an automation waits for at most {rule('longest delay')} minutes; give a shorter time"),
        Need("count('automation', sensor=sensor, scene=scene) == 0",
             "there is an automation by which {sensor} starts {scene} already; list_triggers shows it"),
        Need("count('automation', sensor=sensor, status='on') < rule('automations per sensor')",
             "sensor {sensor} triggers {rule('automations per sensor')} automations, the most allowed; pause one")),
       (Create("automation", {"sensor": "sensor", "scene": "scene", "delay": "minutes", "runs": "0",
                              "from_time": "'00:00'", "until_time": "'23:59'", "status": "'on'"}),),
       asks={"minutes": Wanted(Extra.COUNT, Detail("delay", ("a few",), "After how many minutes should it start?",
                                                   ("how many minutes", "how long", "delay"),
                                                   ("After {x} minutes.", "{x} minutes.")), "Minutes to wait.")},
       follow_ups=("pause_automation",)),
    Do("pause_automation", "Pauses an automation that is on.", "automation",
       "pause {automation} | switch {automation} off for now | see to it that {automation} is paused",
       (Need("automation.status == 'on'", "automation {automation} is paused already; nothing needs to be done"),),
       (Set("automation", {"status": "'paused'"}),),
       regret="Sorry, that would wake everybody up: please pause that automation for now."
              " | On second thoughts, please pause that automation again."),
    Do("grant_permission", "Gives a resident access to a device, up to a day.", "resident device",
       "give {resident} {right} {device} until {until} | grant {resident} {right} {device} until {until}"
       " | let {resident} have {right} {device} until {until}",
       (ONLINE,
        Need("days_until(until) <= rule('longest permission')",
             "permissions are granted for {rule('longest permission')} days at most; name an earlier day"),
        Need("count('permission', resident=resident, device=device, status='active') == 0",
             "{resident} has an active permission for {device} already; revoke that one first"),
        Need("count('permission', resident=resident, status='active') < rule('permissions per resident')",
             "{resident} has {rule('permissions per resident')} active permissions; one must be revoked first")),
       (Create("permission", {"resident": "resident", "device": "device", "right": "right", "granted": "today",
                              "expires": "until", "status": "'active'"}),),
       asks={"right": Wanted(Extra.CHOICE, Detail("right", ("some right to",),
                                                  "Which right: to view, to control or to manage?",
                                                  ("access", "sort", "kind", "right"), ("{x}.", "{x}, please.")),
                             "What they may do.", words.RIGHTS),
             "until": Wanted(Extra.DATE, Detail("day", ("some day next month",), "Until which day is it granted?",
                                                ("day", "date", "when", "how long"), ("Until {x}.", "{x}, please.")),
                             "Last day of the permission.")},
       follow_ups=("revoke_permission",)),
    Do("revoke_permission", "Revokes an active permission.", "permission",
       "revoke {permission} | take {permission} back | see to it that {permission} is revoked",
       (Need("permission.status == 'active'",
             "permission {permission} is {permission.status} already; nothing needs to be done"),),
       (Set("permission", {"status": "'revoked'"}),),
       regret="Sorry, they are moving out: please revoke that permission again."
              " | On second thoughts, please take that permission back."),
    Do("renew_contract", "Renews a maintenance contract that ends soon, at a higher monthly fee.", "contract",
       "renew {contract} | extend {contract} | see to it that {contract} is renewed",
       (Need("days_until(contract.ends) <= rule('renewal window')",
             "contract {contract} runs until {contract.ends}; it is renewed in its last {rule('renewal window')}"
             " days"),),
       (Set("contract", {"ends": "ends", "monthly_fee": "contract.monthly_fee + rule('renewal surcharge')"}),),
       gives={"ends": Date(value="add_days(contract.ends, rule('renewal period'))")}),
)
