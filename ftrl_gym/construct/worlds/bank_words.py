"""Words that branches, firms, streets and the like of a retail bank are called by in worlds with real names."""

from __future__ import annotations

TOWNS = ("Ashford", "Brookfield", "Carrow", "Dunmere", "Eastgate", "Fairhaven", "Glenrock", "Highmoor", "Ironbridge")
REGIONS = ("Lakeland", "Coastal", "Upland", "Borderland", "Riverside", "Woodland")
PAYEES = ("Northwind", "Bluebell", "Castellan", "Delphin", "Emberly", "Foxglove", "Granary", "Hollybush", "Ivory")
USES = ("car", "kitchen", "roof", "boat", "workshop", "tuition")
VALUERS = ("Addington", "Barrowby", "Chalfont", "Denholm", "Ellerby", "Farnaby", "Garston", "Haverhill")
VALUER_PATTERNS = ("{} Surveyors", "{} Valuations", "{} Chartered Valuers")
STREETS = (
    *("Abbey", "Barley", "Copper", "Dover", "Ember", "Flint", "Garnet", "Hawthorn", "Inkwell", "Juniper", "Kestrel"),
    *("Lantern", "Mulberry", "Nightingale", "Orchard", "Partridge", "Quarry", "Rosemary", "Saffron", "Tamarind"),
)
STREET_PATTERNS = ("{} Row", "{} Close", "{} Gardens", "{} Hill")
PROPERTIES = ("detached house", "terraced house", "flat", "farmhouse", "bungalow")
HEATINGS = ("gas", "oil", "wood pellets", "a heat pump", "district heating")
MERCHANTS = ("Alcove", "Bazaar", "Cartwheel", "Dynamo", "Elixir", "Fandango", "Gazebo", "Hopscotch", "Jamboree")
MERCHANT_PATTERNS = ("{} Stores", "{} Direct", "{} Outlet")
TRADES = ("shoes", "furniture", "electronics", "groceries", "toys", "garden supplies")

REASONS = {"lost": "because it was lost", "stolen": "because it was stolen", "damaged": "because it is damaged"}
"""Why a card is blocked -> how people say it."""
GROUNDS = {
    "goods missing": "because the goods never arrived",
    "charged twice": "because it was charged twice",
    "wrong amount": "because the amount is wrong",
    "unknown purchase": "because the customer never bought anything there",
}
"""Why a purchase is disputed -> how people say it."""
