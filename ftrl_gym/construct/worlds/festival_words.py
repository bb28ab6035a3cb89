"""Words that venues, films, sections and hotels of a film festival are called by in worlds with real names."""

from __future__ import annotations

VENUES = ("Apollo", "Capitol", "Majestic", "Odeon", "Palladium", "Rialto", "Tivoli", "Alhambra", "Lumiere")
VENUE_KINDS = ("{} Cinema", "{} Theatre", "{} Playhouse")
FILMS = (
    *("Winter", "Amaranth", "Harvest", "Saltwater", "Midnight", "Copper", "Gravel", "Orchid", "Paper", "Thunder"),
    *("Velvet", "Cinder", "Lantern", "Marble", "Nettle", "Pomegranate", "Quarry", "Scarlet", "Tangerine", "Willow"),
)
FILM_PATTERNS = ("{} Nights", "{} Road", "Beyond {}", "Under {}", "The {} Letters", "{} Season")
SECTIONS = ("Horizons", "Panorama", "Debut", "Perspectives", "Retrospective", "Docufiction", "Encounters", "Frontiers")
SPONSORS = ("Ashdown", "Brightwell", "Coldstream", "Drummond", "Eversley", "Farnborough", "Grantham", "Hathaway")
TRADES = ("banking", "coffee", "cameras", "airlines", "insurance", "publishing", "watches")
COUNTRIES = ("Argentina", "Belgium", "Egypt", "Finland", "Greece", "India", "Korea", "Mexico", "Poland", "Senegal")
LANGUAGES = ("Spanish", "French", "Arabic", "Finnish", "Greek", "Hindi", "Korean", "Polish", "Wolof")
HOTELS = ("Belvedere", "Continental", "Excelsior", "Imperial", "Meridien", "Regency", "Savoy", "Waldorf")
ROLES = ("lead actor", "supporting actor", "composer", "screenwriter", "producer", "editor", "costume designer")
TASKS = ("ticket control", "cloakroom", "seating", "information desk", "red carpet", "subtitle booth")
OUTLETS = ("Courier", "Gazette", "Herald", "Chronicle", "Observer", "Tribune", "Dispatch", "Sentinel", "Bulletin")
OUTLET_PATTERNS = ("Daily {}", "Film {}", "{} Radio", "{} Online")
PROJECTORS = ("laser", "xenon", "35 mm", "70 mm", "LED wall")
PROFESSIONS = ("film critic", "cinematographer", "novelist", "actress", "professor of film", "festival director")
