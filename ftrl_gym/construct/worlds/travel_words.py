"""Words that travel firms, places and things are called by in worlds with real names; no existing brand among them."""

from __future__ import annotations

HOTELS = (
    *("Bellevue", "Aurora", "Meridian", "Belvedere", "Excelsior", "Bristolia", "Panorama", "Miramar", "Alhambra"),
    *("Regina", "Splendide", "Esplanade", "Concordia", "Minerva", "Astoria", "Metropole", "Carlina", "Lindenhof"),
    *("Rosengarten", "Monopole", "Tivoli", "Savoya", "Imperial", "Continental", "Beaurivage", "Magnolia", "Orangerie"),
    *("Paradiso", "Sonnenhof", "Kronprinz", "Windsor", "Victoria", "Ambassador", "Majestic", "Olympia", "Cristallo"),
)
HOTEL_PATTERNS = ("Hotel {}", "Hotel {}", "{} Palace", "{} Inn", "{} House", "Villa {}", "{} Suites", "Grand {}")

AIRLINES = (
    *("Borealis", "Ventura", "Corvus", "Zephyr", "Skylark", "Altair", "Halcyon", "Boreas", "Cirrus", "Levante"),
    *("Mistral", "Peregrine", "Solaris", "Tramontana", "Vega", "Kestrel", "Polaris", "Albatross"),
)
AIRLINE_PATTERNS = ("{} Air", "{} Airways", "{} Airlines", "Air {}", "Fly {}")

ALLIANCES = ("Compass", "Horizon", "Constellation", "Tailwind", "Jetstream", "Latitude")

OPERATORS = (
    *("Transalpina", "Regiona", "Velaris", "Interlink", "Nordbahn", "Centralia", "Expressa", "Linea", "Transversal"),
)
OPERATOR_PATTERNS = ("{} Rail", "{} Railways", "{} Trains")

RENTALS = ("Autovia", "Rodeo", "Kilometra", "Motivo", "Wayfarer", "Drivana", "Carrera", "Nomad", "Roadster", "Strada")
RENTAL_PATTERNS = ("{} Rentals", "{} Cars", "{} Car Hire", "{} Mobility")

MODELS = (
    *("Lumo", "Tessaro", "Fjord", "Mistra", "Pico", "Vanto", "Arden", "Solea", "Quanta", "Brava", "Lynx", "Kestra"),
    *("Zento", "Avila", "Nimbus", "Marlin", "Savana", "Ibex", "Rondo", "Vespera", "Calima", "Boldo", "Prisma"),
    *("Tarifa", "Kite", "Merlin", "Sable", "Lumina", "Onyx", "Paloma", "Tarn", "Veloa", "Cascada", "Norda"),
)

DISTRICTS = (
    *("Harbour", "Museum", "Cathedral", "University", "Castle", "Market", "Riverside", "Garden", "Station", "Theatre"),
    *("Abbey", "Mill", "Lantern", "Orchard", "Weavers", "Mint", "Arsenal", "Vineyard", "Observatory", "Foundry"),
    *("Canal", "Bishop", "Chestnut", "Fountain", "Academy", "Parliament", "Lighthouse", "Botanic", "Tannery"),
)
DISTRICT_PATTERNS = ("{} Quarter", "{} District", "{} Hill")

LOUNGES = (
    *("Azure", "Cedar", "Jasmine", "Saffron", "Marble", "Ivory", "Indigo", "Amber", "Coral", "Laurel", "Opal"),
    *("Juniper", "Pearl", "Cypress", "Verbena", "Sequoia"),
)
LOUNGE_PATTERNS = ("{} Lounge",)

PROGRAMMES = ("Feather", "Voyager", "Milestone", "Altitude", "Wanderer", "Journey", "Globetrotter", "Passage")
PROGRAMME_PATTERNS = ("{} Club", "{} Rewards", "{} Miles")

VIEWS = ("courtyard", "garden", "street", "park", "square", "river", "rooftops", "city")
FUELS = ("petrol", "diesel", "hybrid", "electric")
MAIL_DOMAINS = ("mail.example", "post.example", "inbox.example", "letters.example")
AIRCRAFT = {"short": ("ATR 72-600", "E190"), "long": ("A320neo", "A220-300", "737-800")}
GATES = tuple(f"{pier}{number}" for pier in "ABCDEF" for number in range(1, 40))

# What a customer's question for something they kept back may hold.
ASKS_FLIGHT = ("flight number", "which flight", "what flight", "your flight", "flight code", "which one", "number")
ASKS_TRAIN = ("train number", "which train", "what train", "your train", "which one", "number")
ASKS_ACCOUNT = ("loyalty number", "loyalty account", "which account", "membership", "which one", "number")
ASKS_CLIENT = (
    *("name", "who", "whom", "which client", "what client", "your client", "traveller", "passenger", "which one"),
)
ASKS_CITY = ("city", "where", "which place", "what place", "destination", "town", "location", "which one")
ASKS_AIRLINE = ("airline", "carrier", "which company", "which one")
ASKS_BOOKING = (
    *("reference", "booking number", "which booking", "what booking", "your booking", "booking code", "which one"),
)
ASKS_DAY = ("date", "dates", "day", "days", "when", "from which", "check in", "pick up")
ASKS_START = ("date", "dates", "day", "when", "from which", "check in", "pick up", "picked up", "start")
ASKS_METHOD = ("pay", "paid", "paying", "payment", "method", "settle", "card")
