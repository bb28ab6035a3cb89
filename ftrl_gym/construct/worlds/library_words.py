"""Words that books, presses, branches and partners of a library are called by in worlds with real names."""

from __future__ import annotations

TITLES = (
    *("Arden", "Marlow", "Tessaly", "Corvane", "Ilmara", "Brackwater", "Saltmarsh", "Ravenna", "Halcyon", "Orrery"),
    *("Lanterns", "Windfall", "Quicksilver", "Thornfield", "Amaranth", "Sundown", "Meridian", "Vesper", "Kingfisher"),
    *("Larkspur", "Moonstone", "Gossamer", "Fernhollow", "Ashgrove", "Driftwood", "Nightjar", "Alabaster"),
)
TITLE_PATTERNS = (
    *("{} Rising", "Beyond {}", "{} Letters", "Winter Over {}", "Leaving {}", "{} Almanac", "Remembering {}"),
    *("{} Nocturne", "Searching {}", "{} Revisited"),
)
SUBJECTS = ("local history", "travel", "crime", "biography", "gardening", "astronomy", "poetry")
READERS = ("children", "adults", "adults", "all ages")
PRESSES = ("Copperfield", "Lindhurst", "Northgate", "Almond", "Quill", "Barrowdale", "Sablewood", "Trelawny", "Gannet")
PRESS_CITIES = ("Edinburgh", "Dublin", "Toronto", "Melbourne", "Boston", "Utrecht", "Leipzig")
COUNTRIES = ("Ireland", "Canada", "Chile", "Norway", "Kenya", "Hungary", "Jamaica", "Iceland", "Poland")
TOWNS = ("Elmwood", "Riverside", "Castlegate", "Millbrook", "Hillcrest", "Quayside", "Fairfield", "Oldbridge")
PARTNERS = ("Kelham", "Stavely", "Ormsby", "Wexcombe", "Drayford", "Thurnby", "Ingleton", "Sandford", "Arncliffe")
WANTED = (
    *("Cloudberry", "Harrier", "Ironwood", "Juniper", "Limestone", "Mulberry", "Northwind", "Obsidian", "Palisade"),
    *("Quartz", "Rosewood", "Sandpiper", "Tamarind", "Umber", "Verbena", "Wagtail", "Yarrow", "Zephyr", "Basalt"),
    *("Cormorant", "Dulcimer", "Elderflower"),
)
WANTED_PATTERNS = ("{} Handbook", "Notes Concerning {}", "{} Illustrated", "{} Explained", "Essays Concerning {}")
EVENTS = (
    *("Lighthouse", "Harvest", "Midsummer", "Bookworm", "Inkwell", "Pageturner", "Storyteller", "Typewriter", "Atlas"),
    *("Fable", "Riddle", "Sonnet", "Chapter", "Bookmark", "Folio", "Parchment", "Quatrain", "Saga"),
)
EVENT_PATTERNS = ("{} Evening", "{} Workshop", "{} Reading Circle", "{} Morning", "{} Talk")
DAMAGES = {"late return": "late return", "damaged copy": "damaged copy", "missing pages": "missing pages"}
METHODS = {"card": "by card", "cash": "in cash", "account": "from the household account"}
