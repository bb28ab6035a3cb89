"""Words that departments, examinations, firms and medicines of a clinic are called by in worlds with real names."""

from __future__ import annotations

SERVICES = {
    "Cardiology": ("Resting ECG", "Stress Test", "Heart Ultrasound", "Blood Pressure Monitoring"),
    "Dermatology": ("Mole Check", "Skin Biopsy", "Patch Test", "Wart Removal"),
    "Neurology": ("EEG", "Nerve Conduction Study", "Balance Test", "Memory Assessment"),
    "Orthopaedics": ("Knee X-Ray", "Bone Density Scan", "Joint Injection", "Gait Analysis"),
    "Ophthalmology": ("Retina Scan", "Visual Field Test", "Eye Pressure Test", "Corneal Mapping"),
    "Gastroenterology": ("Gastroscopy", "Colonoscopy", "Breath Test", "Liver Elastography"),
    "Urology": ("Bladder Ultrasound", "Uroflow Test", "Cystoscopy", "Kidney Stone Check"),
    "Endocrinology": ("Thyroid Ultrasound", "Glucose Tolerance Test", "Hormone Panel", "Diabetes Review"),
    "Pulmonology": ("Spirometry", "Sleep Study", "Chest X-Ray", "Bronchoscopy"),
    "Rheumatology": ("Joint Ultrasound", "Capillary Microscopy", "Antibody Panel", "Infusion Session"),
    "Haematology": ("Full Blood Count", "Clotting Profile", "Marrow Aspiration", "Iron Panel"),
    "Nephrology": ("Renal Ultrasound", "Urine Protein Test", "Dialysis Check", "Kidney Biopsy"),
}
"""Department -> what it offers."""
DEPARTMENTS = tuple(SERVICES)

INSURERS = (
    *("Helvia", "Concord", "Meridia", "Alba", "Novaterra", "Unita", "Fidelia", "Provida", "Castella", "Aurelia"),
    *("Sanitas", "Veritas", "Securia", "Amicale"),
)
MEDICINES = (
    *("Cardivol", "Nexaprin", "Tolvarex", "Lumicort", "Pulmosan", "Dermazol", "Ferrolin", "Ostegard", "Vasolept"),
    *("Migrafen", "Glucarin", "Neurolat", "Renoxal", "Thyrovan", "Gastriva", "Allerquin", "Cordanol", "Bisopran"),
)
INGREDIENTS = (
    *("Bisotamol", "Nexaprolol", "Tolvastatin", "Luminolone", "Salvaterol", "Dermazole", "Ferrosulfan", "Ostedronate"),
    *("Vasoleptin", "Migratriptan", "Glucaglinide", "Neurotidine", "Renoxipril", "Thyrovaxin", "Gastrazole"),
    *("Allerzepine", "Cordarolol", "Bisopranide"),
)
MAKERS = ("Solvane", "Brightwell", "Kessel", "Orionis", "Farmacon", "Medivia", "Lindqvist", "Tessera", "Halden")
PHARMACIES = ("Lion", "Sun", "Bridge", "Swan", "Market", "Castle", "Linden", "Station", "Harbour", "Falcon", "Mill")

BUILDINGS = ("Main Building", "Garden Pavilion", "North Wing", "Old Infirmary")
LANGUAGES = ("French", "Polish", "Turkish", "Arabic", "Portuguese", "Mandarin", "Greek")
COUNTRIES = ("Denmark", "Switzerland", "India", "Ireland", "Japan", "Belgium", "Israel")
STORAGE = ("the fridge", "a dark cupboard", "a locked cabinet", "room temperature")
ALLERGIES = ("penicillin", "latex", "pollen", "peanuts", "iodine", "aspirin")

LABORATORIES = ("Bernoulli", "Curie", "Darwin", "Euler", "Faraday", "Galvani", "Hooke", "Kepler")
MATERIALS = ("blood", "urine", "saliva", "a throat swab", "a skin scraping")
DEVICES = ("Aurora", "Boreal", "Corona", "Delta", "Equinox", "Firefly", "Glacier", "Helios", "Iridium", "Jupiter",
           "Krypton", "Lodestar", "Meteor", "Nebula", "Oculus", "Photon", "Quasar", "Radiant", "Solaris", "Tempest",
           "Ultima", "Vortex", "Wavelet", "Zircon")  # fmt: skip
DEVICE_PATTERNS = ("{} Laser", "{} Ultrasound", "{} Monitor", "{} Stimulator")
FIRMS = ("Ampere", "Bobbin", "Capstan", "Dovetail", "Escapement", "Flywheel", "Gimbal")
FIRM_PATTERNS = ("{} Medical Service", "{} Device Care", "{} Technics")
SHIFTS = ("the early shift", "the late shift", "the day shift", "the split shift")
URGENCIES = ("routine", "routine", "soon", "urgent")

METHODS = {"card": "by card", "cash": "in cash", "transfer": "by bank transfer"}
"""Ways to pay -> how people say them."""
VISITS = {"check-up": "a check-up", "follow-up": "a follow-up", "second opinion": "a second opinion",
          "test results": "test results"}  # fmt: skip
"""What an appointment is for -> how people say it."""
