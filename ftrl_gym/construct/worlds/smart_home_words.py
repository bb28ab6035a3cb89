"""Words that floors, rooms, makers, models, scenes and providers of a smart residence are called by in worlds with real
names."""

from __future__ import annotations

FLOORS = ("Garden", "Terrace", "Library", "Skyline", "Orchard", "Fountain", "Gallery", "Courtyard")
ROOMS = (
    *("Amber", "Ivory", "Cobalt", "Saffron", "Willow", "Juniper", "Copper", "Heather", "Lagoon", "Marble", "Nutmeg"),
    *(
        "Opal",
        "Pebble",
        "Quartz",
        "Rosewood",
        "Sable",
        "Tulip",
        "Umber",
        "Velvet",
        "Walnut",
        "Zinnia",
        "Birch",
        "Cedar",
    ),
    *("Damson", "Ember", "Fern", "Ginger"),
)
ROOM_PATTERNS = ("{} Room", "{} Studio", "{} Suite", "{} Kitchen")
MAKERS = ("Halden", "Noorvik", "Castor", "Brightlane", "Sonder", "Vesper", "Kelvin", "Aldebaran")
MODELS = (
    *(
        "Pico",
        "Vega",
        "Orion",
        "Lyra",
        "Atlas",
        "Nova",
        "Helio",
        "Cirrus",
        "Draco",
        "Zephyr",
        "Rigel",
        "Kepler",
        "Onyx",
    ),
    *("Polaris", "Quill", "Ronda", "Sirius", "Tempo", "Ursa", "Viola", "Wega", "Xenon", "Yarrow", "Indigo"),
)
MODEL_PATTERNS = ("{} Mini", "{} Plus", "{} Pro", "{} Duo")
SCENES = (
    *("Movie Night", "Early Bird", "Rainy Sunday", "Dinner Party", "Deep Focus", "Lights Out", "Game Evening"),
    *("Long Weekend", "Yoga Hour", "Story Time", "Winter Morning", "Siesta", "Full House", "Candle Glow"),
    *("Harvest Moon", "Silent Night", "Spring Clean", "Cosy Corner"),
)
PROVIDERS = ("Hausmann", "Livewire", "Evergreen", "Klinker", "Ridgeway", "Solberg", "Tradewell")
PROVIDER_PATTERNS = ("{} Technical Services", "{} Maintenance", "{} Care")
MEASURES = ("motion", "temperature", "humidity", "smoke", "daylight", "noise")
TONES = ("warm white", "cool white", "soft yellow", "daylight white")
RIGHTS = {"view": "the right to view", "control": "the right to control", "manage": "the right to manage"}
"""What a resident may do with a device, and how people say it."""
FAULTS = {"broken": "because it is broken", "noisy": "because it is noisy", "outdated": "because it is outdated"}
