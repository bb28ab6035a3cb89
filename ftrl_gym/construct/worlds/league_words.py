"""Words that clubs, stadiums, associations and sponsors of a league are called by in worlds with real names."""

from __future__ import annotations

CLUBS = (
    *("Ashcombe", "Barrowby", "Coldwell", "Dunstone", "Elmsford", "Farleigh", "Granthorpe", "Haversham", "Ilkwood"),
    *("Kingsmere", "Langdale", "Marlow", "Netherton", "Oakhampton", "Pendry", "Redmire", "Stanwick", "Thornbury"),
)
CLUB_PATTERNS = ("{} Rovers", "{} United", "{} Town", "{} Athletic", "{} Albion", "{} Wanderers")
STADIUMS = (
    *("Mill", "Abbey", "Priory", "Quarry", "Orchard", "Canal", "Foundry", "Castle", "Meadow", "Harbour", "Chapel"),
    *("Viaduct", "Brewery", "Windmill", "Racecourse", "Granary", "Lighthouse", "Tannery"),
)
STADIUM_PATTERNS = ("{} Park", "{} Lane", "{} Road", "{} Ground", "{} Arena")
ASSOCIATIONS = ("Wessex", "Mercia", "Lakeland", "Fenland", "Cumbria", "Solway", "Severn", "Tweed", "Humber", "Pennine")
SPONSORS = ("Halcyon", "Corvette", "Brightside", "Maplewood", "Ironclad", "Kestrel", "Lodestar", "Polaris", "Juniper")
SPONSOR_PATTERNS = ("{} Energy", "{} Insurance", "{} Motors", "{} Telecom", "{} Foods")

TRADES = ("brewing", "electricity", "used cars", "frozen food", "life insurance", "garden tools", "package holidays")
SURFACES = ("natural grass", "artificial turf", "hybrid turf")
OFFENCES = ("violent conduct", "dissent", "a stamp", "spitting", "a late tackle", "foul language", "time wasting")
BODY = {
    "knee": "a knee injury",
    "ankle": "an ankle injury",
    "shoulder": "a shoulder injury",
    "hamstring": "a torn hamstring",
    "wrist": "a broken wrist",
    "head": "a concussion",
}
"""Part of the body -> what one has there."""
