"""Words that products, firms and places of an outdoor shop are called by in worlds with real names."""

from __future__ import annotations

PRODUCTS = (
    *("Boreal", "Kestrel", "Ridgeline", "Tarn", "Fjordland", "Juniper", "Larkspur", "Tundra", "Windermere", "Corrie"),
    *("Dolomite", "Glacier", "Heron", "Ibex", "Karst", "Lynx", "Nimbus", "Puffin", "Rambler", "Sorrel", "Thistle"),
    *("Cairngorm", "Merlin", "Bracken", "Solstice", "Caribou", "Pinewood", "Starling", "Cascade", "Wolverine"),
)
KINDS = (
    *("{} Tent", "{} Backpack", "{} Hammock", "{} Tarp", "{} Parka", "{} Duffel Bag", "{} Rain Jacket"),
    *("{} Sleeping Bag", "{} Poncho"),
)
MATERIALS = ("recycled nylon", "waxed cotton", "ripstop polyester", "hemp canvas", "coated linen", "silicone nylon")
COLOURS = ("moss green", "slate grey", "rust red", "ocean blue", "sand", "charcoal", "mustard", "plum", "ivory")
SUPPLIERS = ("Brannock", "Calder", "Ellerby", "Galloway", "Hathersage", "Kinross", "Lomax", "Penrith", "Skelton")
COUNTRIES = ("Portugal", "Vietnam", "Estonia", "Turkey", "Romania", "Bangladesh", "Scotland")
TOWNS = ("Ashby", "Barrow", "Corley", "Denholm", "Elmstead", "Farnley", "Garston", "Holbeck")
PLACES = (
    *("Harbour", "Market", "Station", "Millside", "Castle", "Linden", "Orchard", "Bridge", "Abbey", "Meadow", "Chapel"),
    *("Windmill", "Fountain", "Lighthouse"),
)
CARRIERS = ("Swiftline", "Parcelo", "Roadhawk", "Velox", "Hermod", "Courant", "Trackwell", "Pelican")
