"""Words that districts, networks, houses, crews and tariffs of a utility are called by in worlds with real names."""

from __future__ import annotations

DISTRICTS = ("Fernhill", "Oldgate", "Marlpit", "Quayside", "Summerfield", "Brickyard", "Kingsmead")
NETWORKS = ("Alder", "Birchwood", "Cedarbrook", "Dalewater", "Elmstone", "Foxbridge", "Gorsley", "Hazelmere")
HOUSES = (
    *("Acorn", "Bramble", "Clover", "Daffodil", "Evergreen", "Foxtail", "Gooseberry", "Honeysuckle", "Ivywood"),
    *("Jasmine", "Kestrel", "Lavender", "Magnolia", "Nightingale", "Oleander", "Primrose", "Rosemary", "Skylark"),
)
HOUSE_KINDS = ("{} House", "{} Court", "{} Terrace", "{} Mansions")
CREWS = ("Anvil", "Badger", "Condor", "Dynamo", "Ferret", "Gannet", "Hammer", "Jackdaw", "Magpie", "Osprey", "Piston",
         "Sparrow", "Tempest", "Wolverine")  # fmt: skip
TARIFFS = ("Amber", "Beacon", "Cobalt", "Domestic", "Equator", "Fairway", "Glimmer", "Hearth", "Indigo", "Lantern",
           "Polar", "Radiance", "Saffron", "Twilight")  # fmt: skip
TARIFF_KINDS = ("{} Basic", "{} Plus", "{} Saver", "{} Home")
LOCATIONS = ("cellar", "hallway", "stairwell", "outside wall", "attic", "utility room", "garage")
CAUSES = ("cable damage", "pipe burst", "storm", "valve repair", "overload", "excavator strike", "corrosion")
SKILLS = ("high voltage", "leak detection", "welding", "cable joints", "pumps", "pressure control")
INSULATION = ("paper-covered", "plastic", "cast iron", "steel", "copper", "ceramic", "rubber-lined")
