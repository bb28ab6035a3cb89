"""Words that summits, telescopes, instruments, targets and archives are called by in worlds with real names."""

from __future__ import annotations

SUMMITS = ("Aldana", "Pichasca", "Tololo", "Orongo", "Silente", "Huancara", "Vicuna", "Almagro")
SUMMIT_PATTERNS = ("Cerro {}", "Mount {}", "Pico {}")
COUNTRIES = ("Chile", "Spain", "Namibia", "Argentina", "Mexico")
COATINGS = ("silver", "aluminium", "protected silver", "gold")
TELESCOPES = ("Bessel", "Cassini", "Hevelius", "Kepler", "Leavitt", "Messier", "Piazzi", "Somerville", "Tycho")
TELESCOPE_PATTERNS = ("{} Telescope", "{} Reflector", "{} Twin")
INSTRUMENTS = (
    *("Argus", "Borealis", "Corvus", "Falcon", "Gemini", "Heron", "Ibis", "Kestrel", "Lyra", "Merlin", "Osprey"),
    *("Phoenix", "Raven", "Skylark"),
)
INSTRUMENT_PATTERNS = ("{} Camera", "{} Spectrograph", "{} Imager", "{} Polarimeter")
DETECTORS = ("charge-coupled device", "bolometer array", "photon counter", "infrared array")
BANDS = {
    "blue": "blue light",
    "green": "green light",
    "red": "red light",
    "infrared": "the infrared",
    "hydrogen": "the hydrogen line",
}
INSTITUTES = ("Uraniborg", "Almagest", "Parallax", "Redshift", "Perihelion", "Syzygy", "Zodiac", "Equinox", "Albedo")
INSTITUTE_PATTERNS = ("{} Institute", "{} College", "{} Academy")
CITIES = ("Leiden", "Heidelberg", "Kyoto", "Pune", "Turin", "Uppsala", "Cape Town", "Tucson")
TARGETS = (
    *("Anemone", "Bramble", "Cascade", "Dragonfly", "Ember", "Feather", "Gargoyle", "Hourglass", "Icicle", "Jester"),
    *("Keyhole", "Lantern", "Mantis", "Needle", "Octopus", "Peacock", "Quill", "Ribbon", "Scarab", "Trident"),
    *("Umbrella", "Vortex", "Wishbone", "Yoke", "Acorn", "Butterfly", "Crown", "Dagger", "Eskimo", "Fishhook"),
    *("Goblet", "Helmet", "Iris", "Jellyfish", "Kite", "Lagoon", "Medusa", "Nautilus", "Owl", "Pelican", "Sombrero"),
)
TARGET_PATTERNS = ("{} Nebula", "{} Cluster", "{} Galaxy", "{} Remnant")
CONSTELLATIONS = ("Carina", "Centaurus", "Crux", "Dorado", "Orion", "Sagittarius", "Scorpius", "Vela")
AIMS = ("star formation", "dark matter", "exoplanets", "supernova remnants", "galaxy mergers")
ROLES = {"observer": "as an observer", "analyst": "as an analyst", "theorist": "as a theorist"}
WEATHER = {
    "clouds": "because of clouds",
    "wind": "because of high wind",
    "humidity": "because of the humidity",
    "ice": "because of ice on the dome",
}
FRAMES = {"bias": "bias", "dark": "dark", "flat": "flat"}
ARCHIVES = ("Cosmos", "Sidereal", "Heliotrope", "Nebular", "Quasar", "Meridiana", "Stardust")
ARCHIVE_PATTERNS = ("{} Repository", "{} Vault", "{} Databank")
