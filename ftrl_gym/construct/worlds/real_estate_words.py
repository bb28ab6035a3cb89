"""Words that districts, buildings, branches, lenders and surveyors are called by in worlds with real names."""

from __future__ import annotations

DISTRICTS = ("Harrow", "Millbrook", "Eastgate", "Larkfield", "Saltmarket", "Thornhill", "Wexley", "Copperfield")
DISTRICT_PATTERNS = ("{} Hill", "{} Quarter", "{} Green", "{} Common")
BUILDINGS = (
    *("Aldwych", "Bellamy", "Carrington", "Dunmore", "Elgin", "Fairfax", "Grosvenor", "Hatherley", "Inverness"),
    *("Jubilee", "Kenilworth", "Lanark", "Montague", "Northcote", "Osborne", "Pembroke", "Rosslyn", "Sandringham"),
)
BUILDING_PATTERNS = ("{} Court", "{} Mansions", "{} Tower", "{} Wharf")
BRANCHES = ("Riverside", "Clocktower", "Parkway", "Cathedral", "Viaduct", "Arcade", "Crossways", "Minster")
LENDERS = ("Halvorsen", "Amberley", "Northgate", "Trident", "Kingfisher", "Foundry", "Beacon", "Wayland", "Cooper")
LENDER_PATTERNS = ("{} Savings Bank", "{} Building Society", "{} Credit Union")
SURVEYORS = ("Bramley", "Castell", "Drummond", "Eversley", "Fothergill", "Gainsford", "Holt", "Ingram")
HEATING = ("district heating", "a gas boiler", "a heat pump", "a pellet stove")
ZONING = ("residential use", "mixed use", "listed buildings", "low-rise housing")
"""What a plot is zoned for."""
CONDITIONS = {
    "survey": "subject to a survey",
    "mortgage": "subject to a mortgage",
    "nothing": "without conditions",
}
"""What an offer depends on, and how people say it."""
SCOPES = {"basic": "a basic survey", "full": "a full survey", "structural": "a structural survey"}
