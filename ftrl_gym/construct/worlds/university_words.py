"""Words that the buildings, courses and programmes of a university are called by in worlds with real names."""

from __future__ import annotations

BUILDINGS = ("Ashworth", "Belvedere", "Cavendish", "Dunmore", "Fairfax", "Goldwyn", "Hartwell", "Kingsley")
BUILDING_KINDS = ("{} Building", "{} Hall", "{} Tower", "{} House")
DISTRICTS = ("the old campus", "the river campus", "the science park", "the hospital grounds", "the city centre")
EQUIPMENT = ("two projectors", "a document camera", "a chalkboard only", "movable tables", "a recording system")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
DEPARTMENTS = ("Botany", "Linguistics", "Archaeology", "Hydrology", "Musicology", "Astronomy", "Ethnology", "Logic")
PROGRAMMES = ("Maritime", "Urban", "Heritage", "Climate", "Textile", "Nordic", "Coastal", "Alpine", "Rural", "Baltic",
              "Polar", "Desert", "Insular", "Colonial")  # fmt: skip
PROGRAMME_KINDS = ("{} Studies", "{} Science", "{} Heritage Management", "{} Resources")
TITLES = (
    *("Optics", "Rhetoric", "Genetics", "Acoustics", "Semantics", "Cartography", "Kinetics", "Phonology", "Glaciers"),
    *("Mycology", "Notation", "Estuaries", "Pottery", "Comets", "Kinship", "Proofs", "Pollen", "Dialects", "Aquifers"),
    *("Counterpoint", "Excavation", "Spectra", "Rituals", "Paradoxes", "Lichens", "Grammar", "Floods", "Polyphony"),
    *("Ceramics", "Orbits", "Myths", "Axioms", "Mosses", "Etymology", "Wetlands", "Harmony"),
)
TITLE_KINDS = ("Introduction to {}", "Principles of {}", "Topics in {}", "Laboratory in {}", "Readings in {}")
RANKS = ("professor", "reader", "lecturer")
LANGUAGES = ("German", "French", "Swedish", "Portuguese", "Czech")
SCHOLARSHIPS = ("Aldersgate", "Beaumont", "Clarendon", "Drayton", "Elmhirst", "Fitzalan", "Grosvenor", "Harcourt",
                "Ilchester", "Jellicoe", "Kinnaird", "Lansdowne")  # fmt: skip
SCHOLARSHIP_KINDS = ("{} Scholarship", "{} Fellowship", "{} Bursary")
MODES = {"on site": "on site", "online": "online"}
TONGUES = {"English": "in English", "French": "in French", "Latin": "in Latin"}
