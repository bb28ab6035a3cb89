"""Words that the buildings, courses and programmes of a university are called by in worlds with real names."""

from __future__ import annotations

BUILDINGS = ("Ashworth", "Belvedere", "Cavendish", "Dunmore", "Fairfax", "Goldwyn", "Hartwell", "Kingsley")
BUILDING_KINDS = ("{} Building", "{} Hall", "{} Tower", "{} House")
DISTRICTS = ("the old campus", "the river campus", "the science park", "the hospital grounds", "the city centre")
EQUIPMENT = ("two projectors", "a document camera", "a chalkboard only", "movable tables", "a recording system")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
DEPARTMENTS = ("Botany", "Linguistics", "Archaeology", "Hydrology", "Musicology", "Astronomy", "Ethnology", "Logic")
PROGRAMMES = ("Maritime", "Urban", "Climate", "Textile", "Nordic", "Coastal", "Alpine", "Rural", "Baltic",
              "Polar", "Desert", "Insular", "Colonial")  # fmt: skip
PROGRAMME_KINDS = ("{} Studies", "{} Science", "{} Heritage Management", "{} Resources")
_KINDS = ("Introduction to {}", "Principles of {}", "Topics in {}", "Seminar on {}", "Readings in {}")
_TOPICS = {
    "Botany": ("Mycology", "Pollen", "Lichens", "Mosses", "Plant Genetics"),
    "Linguistics": ("Semantics", "Phonology", "Dialects", "Grammar", "Etymology"),
    "Archaeology": ("Pottery", "Excavation", "Cartography", "Ceramics", "Burial Mounds"),
    "Hydrology": ("Glaciers", "Estuaries", "Aquifers", "Floods", "Wetlands"),
    "Musicology": ("Acoustics", "Notation", "Counterpoint", "Polyphony", "Harmony"),
    "Astronomy": ("Optics", "Comets", "Spectra", "Orbits", "Stellar Kinetics"),
    "Ethnology": ("Kinship", "Rituals", "Myths", "Oral History", "Rural Crafts"),
    "Logic": ("Proofs", "Paradoxes", "Axioms", "Formal Rhetoric", "Modality"),
}
TITLES = {name: tuple(kind.format(topic) for topic in topics for kind in _KINDS) for name, topics in _TOPICS.items()}
"""Department -> titles of its courses."""
ANY_TITLES = ("Methods", "Theory", "Fieldwork", "Sources", "Statistics", "Ethics", "Criticism", "Documentation",
              "Field Notes", "Measurement")  # fmt: skip
"""Topics that any department teaches, for those with an invented name."""
ANY_TITLE_KINDS = _KINDS
RANKS = ("professor", "reader", "lecturer")
LANGUAGES = ("German", "French", "Swedish", "Portuguese", "Czech")
SCHOLARSHIPS = ("Aldersgate", "Beaumont", "Clarendon", "Drayton", "Elmhirst", "Fitzalan", "Grosvenor", "Harcourt",
                "Ilchester", "Jellicoe", "Kinnaird", "Lansdowne")  # fmt: skip
SCHOLARSHIP_KINDS = ("{} Scholarship", "{} Fellowship", "{} Bursary")
MODES = {"on site": "on site", "online": "online"}
TONGUES = {"English": "in English", "French": "in French", "Latin": "in Latin"}
