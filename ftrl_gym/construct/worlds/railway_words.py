"""Words that the stations, lines and trains of a railway are called by in worlds with real names."""

from __future__ import annotations

STATIONS = (
    *("Ashvale", "Brindle", "Cawdor", "Dunsop", "Eskdale", "Farrow", "Garsdale", "Helmsley", "Ingleby", "Keswick"),
    *("Lowther", "Morecambe", "Nidderdale", "Ouseburn", "Pickering", "Rosedale", "Staveley", "Troutbeck"),
)
STATION_KINDS = ("{} Central", "{} Road", "{} Parkway", "{} Junction", "{} Harbour")
LINES = ("Cobalt", "Saffron", "Crimson", "Juniper", "Onyx", "Amber", "Lilac", "Russet", "Teal")
DEPOTS = ("Blackthorn", "Coppergate", "Ironbridge", "Millstone", "Quarryhill", "Sandpit")
SERIES = ("Curlew", "Dipper", "Fieldfare", "Goshawk", "Osprey", "Whimbrel")
LEVELS = ("at street level", "elevated", "underground", "in a cutting")
CAUSES = {"fallen tree": "because of a fallen tree", "signal failure": "because of a signal failure",
          "flooding": "because of flooding", "points failure": "because of a points failure"}  # fmt: skip
WORKS = {"brakes": "the brakes", "doors": "the doors", "heating": "the heating", "wheel sets": "the wheel sets",
         "windows": "the windows"}  # fmt: skip
CLASSES = {"first class": "in first class", "second class": "in second class"}
CARDS = ("none", "half fare", "senior", "youth", "commuter")
