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
