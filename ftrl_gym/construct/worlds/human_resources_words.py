"""Words that departments, positions, trainings and sites of a company are called by in worlds with real names."""

from __future__ import annotations

DEPARTMENTS = (
    *("Operations", "Commerce", "Engineering", "Finance", "Procurement", "Logistics", "Marketing"),
    *("Legal", "Payroll", "Facilities", "Research", "Quality", "Compliance", "Customer Care", "Treasury", "Audit"),
    *("Software", "Prototyping", "Packaging", "Exports", "Recruiting"),
)
FIELDS = (
    *("Payroll", "Safety", "Contract", "Process", "Materials", "Database", "Network", "Tender", "Claims", "Pricing"),
    *("Support", "Energy", "Travel", "Records", "Fleet", "Patent", "Pension", "Laboratory", "Catering"),
)
POSITIONS = ("{} Analyst", "{} Engineer", "{} Coordinator", "{} Specialist", "{} Adviser", "{} Controller")
GRADES = ("Amber", "Cobalt", "Crimson", "Indigo", "Jade", "Scarlet", "Teal", "Violet", "Bronze")
SITES = ("Parkway", "Westgate", "Millhouse", "Foundry", "Lakeside", "Kingsway", "Eastfield", "Brewery")
SITE_PATTERNS = ("{} Campus", "{} House", "{} Office")
CITIES = ("Rotterdam", "Ghent", "Aarhus", "Turku", "Malaga", "Graz", "Brno")
TRAININGS = (
    *("Negotiation", "First Aid", "Spreadsheet", "Fire Safety", "Presentation", "Conflict", "Interview", "Planning"),
    *("Forklift", "Welding", "Rhetoric", "Coaching", "Budgeting", "Ladder"),
)
TRAINING_PATTERNS = ("{} Basics", "{} Masterclass", "{} Seminar", "{} Refresher")
MODELS = (
    *("Tarvos", "Nubia", "Pallas", "Oberon", "Triton", "Callisto", "Janus", "Phoebe", "Dione", "Rhea", "Umbriel"),
    *("Carme", "Elara", "Himalia", "Kale", "Leda", "Metis", "Pandora", "Proteus", "Sinope", "Thebe", "Larissa"),
    *("Galatea", "Despina", "Naiad", "Hydra", "Styx", "Charon", "Albiorix", "Ymir"),
)
DEVICES = ("laptop", "phone", "tablet", "projector")
LEAVE = {"annual": "annual leave", "study": "study leave", "parental": "parental leave"}
PURPOSES = ("customer visit", "trade fair", "site inspection", "training")
CATEGORIES = ("hotel", "meals", "train", "taxi", "parking")
MERCHANTS = (
    *("Anchor", "Bellevue", "Cavalier", "Dorado", "Esplanade", "Fontana", "Grandview", "Hansa", "Imperial", "Jubilee"),
    *("Konrad", "Lagoon", "Marquis", "Novo", "Olympia", "Palatine", "Quayhouse", "Regatta", "Savoy", "Terminus"),
    *("Union", "Viktoria", "Waterfront", "Yardley", "Zenith", "Ambassador", "Bristol", "Carlton", "Dolphin"),
)
MERCHANT_PATTERNS = ("{} Inn", "{} Services", "{} Cabs", "{} Bistro")
METHODS = {"payroll": "with the next payroll", "transfer": "by bank transfer", "cash": "in cash"}
