"""Words that regions, brokers, perils, insured things and workshops are called by in worlds with real names."""

from __future__ import annotations

LINES = ("motor", "household", "travel")
REGIONS = ("Northvale", "Eastmoor", "Southdown", "Westmark", "Midlake", "Highfell", "Lowmarsh")
CLASSES = ("flood class one", "flood class two", "flood class three", "flood class four")
BROKERS = ("Hadley", "Pemberton", "Quentin", "Rathbone", "Sinclair", "Templeton", "Underhill", "Wakefield", "Yardley")
BROKER_PATTERNS = ("{} Risk Partners", "{} Consulting", "{} Advisory")
PERILS = {
    "motor": ("Collision", "Glass Breakage", "Marten Bites", "Car Theft", "Parking Damage", "Tyre Damage"),
    "household": ("Storm", "Burst Pipes", "Burglary", "Lightning", "Fire", "Landslide"),
    "travel": ("Trip Cancellation", "Lost Luggage", "Illness Abroad", "Missed Connection", "Strike", "Early Return"),
}
MODELS = (
    *("Aster", "Bravura", "Calibra", "Dorado", "Esprit", "Fiera", "Granada", "Hermes", "Istra", "Jota", "Kadett"),
    *("Largo", "Manta", "Nova", "Omega", "Presto", "Quadra", "Rekord", "Senator", "Talisman", "Vectra", "Wego"),
    *("Xanthos", "Ypsilon", "Zafira", "Corsa", "Ascona", "Monza"),
)
BODIES = ("{} Estate", "{} Coupe", "{} Hatchback", "{} Convertible")
STREETS = (
    *("Acorn", "Beech", "Cedar", "Damson", "Elder", "Fern", "Gorse", "Hazel", "Ivy", "Jasmine", "Kelp", "Laurel"),
    *("Medlar", "Nettle", "Oleander", "Poplar", "Quince", "Rowan", "Sycamore", "Thorn", "Vine", "Willow", "Yew"),
    *("Bramble", "Clover", "Heather", "Lupin", "Myrtle"),
)
STREET_PATTERNS = ("{} Lane", "{} Crescent", "{} Terrace", "{} Mews")
WALLS = ("brick", "timber", "sandstone", "concrete")
DESTINATIONS = ("Japan", "Peru", "Iceland", "Morocco", "Vietnam", "Canada", "Greece", "Kenya")
RHYTHMS = ("monthly", "quarterly", "half-yearly", "yearly")
CAUSES = {
    "accident": "after an accident",
    "weather": "after bad weather",
    "theft": "after a theft",
    "wear": "because of wear",
}
REASONS = {
    "late report": "because it was reported too late",
    "not covered": "because it is not covered",
    "false statement": "because of a false statement",
}
METHODS = {"transfer": "by bank transfer", "cheque": "by cheque", "set-off": "by setting it off against premiums"}
SHOPS = ("Anvil", "Bellows", "Chisel", "Dovetail", "Embers", "Foundry", "Gasket", "Hammer", "Ironwork", "Jigsaw")
SHOP_PATTERNS = ("{} Workshop", "{} Restoration", "{} Repairs")
