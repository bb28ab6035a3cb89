"""Words that rooms, compounds, hazards, vendors, protocols and instruments of a laboratory are called by in worlds with
real names."""

from __future__ import annotations

ROOMS = ("Curie", "Faraday", "Hopper", "Lovelace", "Mendel", "Noether", "Pasteur", "Ramsay", "Tesla")
ROOM_PATTERNS = ("{} Laboratory", "{} Annex")
COMPOUNDS = (
    *("Veraline", "Oxaterol", "Sulfimide", "Carbetine", "Morphazole", "Pyridane", "Thiocarb", "Nitrolane", "Benzovar"),
    *("Ketoxime", "Lactanide", "Phenolate", "Quinarol", "Tolmetine", "Uracidol", "Xylopane", "Zincovate", "Acrylide"),
    *("Dioxipan", "Ethanside", "Fluorexin", "Glycetol"),
)
HAZARDS = ("Flammable", "Corrosive", "Toxic", "Oxidising", "Explosive", "Irritant", "Carcinogenic", "Lachrymatory")
GLOVES = ("nitrile gloves", "neoprene gloves", "butyl gloves", "double latex gloves", "leather gloves")
VENDORS = ("Alchemia", "Brantwood", "Chemora", "Duplex", "Ellipta", "Fenworth", "Glasnost")
VENDOR_PATTERNS = ("{} Chemicals", "{} Reagents", "{} Fine Chemicals")
PROTOCOLS = (
    *("Amsterdam", "Bergen", "Coimbra", "Delft", "Exeter", "Fribourg", "Ghent", "Heidelberg", "Innsbruck", "Jena"),
    *("Krakow", "Lund", "Modena", "Nantes", "Oulu", "Padua"),
)
PROTOCOL_PATTERNS = ("{} Titration", "{} Assay", "{} Distillation", "{} Extraction")
INSTRUMENTS = (
    *("Argus", "Borealis", "Corvus", "Delphi", "Equinox", "Fornax", "Gemini", "Hydra", "Icarus", "Janus", "Kronos"),
    *("Lupus", "Mensa", "Norma"),
)
INSTRUMENT_PATTERNS = ("{} Spectrometer", "{} Centrifuge", "{} Chromatograph", "{} Calorimeter")
WINGS = ("the north wing", "the south wing", "the tower", "the basement")
PURPOSES = ("as a solvent", "as a reagent", "as a catalyst", "as a reference", "as a buffer")
