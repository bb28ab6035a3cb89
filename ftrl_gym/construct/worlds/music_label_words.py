"""Words that bands, albums, tracks, studios, playlists, tours and venues of a record label are called by in worlds with
real names."""

from __future__ import annotations

BANDS = ("Velvet", "Cinder", "Paperback", "Moonshine", "Tangerine", "Static", "Hollow", "Mercury", "Juniper", "Wolfram")
BAND_PATTERNS = ("{} Parade", "{} Brothers", "{} Machine", "{} Choir", "{} Club")
ALBUMS = (
    *("Undertow", "Afterglow", "Meridian", "Overpass", "Nightshift", "Homesick", "Kaleidoscope", "Landslide", "Mirage"),
    *("Novella", "Outpost", "Prologue", "Quicksand", "Runaway", "Silhouette", "Tideline", "Upstairs", "Vertigo"),
    *("Wanderlust", "Yesteryear", "Zenith", "Aftershock", "Backyard", "Crossfade"),
)
ALBUM_PATTERNS = ("{} Diaries", "{} Stories", "{} Season", "{} Sessions")
TRACKS = (
    *("Amber", "Ashes", "August", "Avalanche", "Ballroom", "Balcony", "Barefoot", "Beacon", "Birthday", "Blackbird"),
    *("Blizzard", "Bonfire", "Boulevard", "Brackish", "Candle", "Carousel", "Cathedral", "Chandelier", "Cherry"),
    *(
        "Clockwork",
        "Cobblestone",
        "Comet",
        "Compass",
        "Copper",
        "Daylight",
        "December",
        "Desert",
        "Diamond",
        "Dragonfly",
    ),
    *("Driftwood", "Echo", "Elevator", "Ember", "Fever", "Firefly", "Footprint", "Fountain", "Freeway", "Gasoline"),
    *("Glacier", "Gravity", "Harbour", "Harvest", "Heartbeat", "Highway", "Horizon", "Hurricane", "Icicle", "Island"),
    *(
        "Jukebox",
        "Kerosene",
        "Kingdom",
        "Lantern",
        "Lavender",
        "Letterbox",
        "Lightning",
        "Lullaby",
        "Marble",
        "Midnight",
    ),
    *("Monsoon", "Mosaic", "Needle", "November", "Ocean", "Orchard", "Origami", "Parachute", "Pavement", "Phantom"),
    *(
        "Postcard",
        "Prairie",
        "Railway",
        "Rainfall",
        "Sapphire",
        "Satellite",
        "Seaside",
        "Shadow",
        "Skyline",
        "Snowfall",
    ),
    *(
        "Sparrow",
        "Spiral",
        "Staircase",
        "Stranger",
        "Sunday",
        "Telegram",
        "Thunder",
        "Tornado",
        "Trampoline",
        "Twilight",
    ),
)
TRACK_PATTERNS = ("{} Blues", "{} Waltz", "{} Serenade", "{} Anthem", "{} Lament")
STUDIOS = ("Blackwood", "Echoplex", "Ferndale", "Gramercy", "Hillside", "Ironworks", "Longacre", "Pinehurst")
STUDIO_PATTERNS = ("{} Studios", "{} Sound", "{} Recording Rooms")
PLAYLISTS = ("Commute", "Campfire", "Headphones", "Kitchen", "Saturday", "Workout", "Cloudy", "Vinyl", "Breakfast")
PLAYLIST_PATTERNS = ("{} Mix", "{} Favourites", "{} Classics")
VENUES = (
    *("Apollo", "Bowery", "Corona", "Dominion", "Emporium", "Fillmore", "Garrick", "Hippodrome", "Imperial", "Lyceum"),
    *("Majestic", "Novelty", "Orpheum", "Palladium"),
)
VENUE_PATTERNS = ("{} Hall", "{} Theatre", "{} Ballroom")
TERRITORIES = ("Nordics", "Benelux", "Iberia", "Baltics", "Balkans", "Alps", "Antilles", "Maghreb", "Levant")
CITIES = ("Gothenburg", "Bristol", "Leipzig", "Lyon", "Porto", "Turin", "Ghent", "Aarhus")
PARTS = ("vocals", "guitar", "bass", "drums", "keyboards", "violin", "trumpet")
ROLES = ("composer", "lyricist", "producer", "arranger", "sound engineer", "guest singer")
GENRES = ("indie folk", "synth pop", "post rock", "jazz fusion", "soul", "garage rock")
METHODS = {"transfer": "by bank transfer", "cheque": "by cheque", "credit note": "as a credit note"}
"""How a statement is paid, and how people say it."""
