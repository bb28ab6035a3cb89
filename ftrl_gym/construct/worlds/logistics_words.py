"""Words that ports, depots, carriers, vessels and shippers are called by in worlds with real names, and what moves
between them."""

from __future__ import annotations

PORTS = ("Haldane", "Marisol", "Kestrel", "Ravensholm", "Saltmarsh", "Corrie", "Osmund", "Lindow", "Amberley")
COUNTRIES = ("Norway", "Portugal", "Chile", "Malaysia", "Ghana", "Canada", "Uruguay", "Oman", "Latvia", "Vietnam")
CARRIERS = ("Bluewater", "Northstar", "Meridian", "Albatross", "Tidewell", "Polaris", "Seaforth", "Lodestar")
CITIES = ("Bergen", "Antwerp", "Busan", "Valencia", "Gdansk", "Osaka", "Piraeus", "Durban")
VESSELS = (
    *("Aurora", "Calypso", "Daphne", "Electra", "Freya", "Galatea", "Halcyon", "Isolde", "Juno", "Kalliope", "Leda"),
    *("Minerva", "Nereid", "Ophelia", "Penelope", "Rosalind", "Selene", "Thetis", "Undine", "Valkyrie", "Xanthe"),
)
DEPOTS = (
    *("Alder", "Birch", "Cedar", "Elder", "Hazel", "Juniper", "Larch", "Maple", "Rowan", "Spruce", "Willow", "Aspen"),
    *("Hawthorn", "Sycamore", "Chestnut", "Poplar", "Cypress"),
)
FIRMS = (
    *("Ashdown", "Brackley", "Corbett", "Dunlevy", "Ellison", "Fenwick", "Garside", "Holloway", "Inglewood", "Jessop"),
    *("Kirkby", "Lathom", "Merrick", "Norwood", "Oakhurst", "Pemberton", "Quillan", "Redfern", "Stanmore", "Thornley"),
    *("Underhill", "Vickery", "Wetherby", "Yardley", "Aldous", "Bramall", "Cresswell", "Denholm", "Everard"),
)
TRADES = ("{} Foods", "{} Textiles", "{} Tools", "{} Ceramics", "{} Furniture", "{} Chemicals")
GOODS = ("bicycles", "olive oil", "floor tiles", "office chairs", "paint", "coffee beans", "tyres", "water pumps")
TYPES = ("dry", "refrigerated", "open-top")
PERMITS = ("dangerous goods", "livestock", "oversize loads", "chilled food", "fuel")
MAKES = ("Corvane", "Dargo", "Ferrum", "Halvor", "Tatran", "Volund")
FAULTS = {
    "engine": "because of engine trouble",
    "tyre": "because of a burst tyre",
    "brakes": "because of faulty brakes",
    "gearbox": "because of gearbox trouble",
}
METHODS = {
    "transfer": "by bank transfer",
    "deferment": "from our deferment account",
    "card": "by company card",
}
