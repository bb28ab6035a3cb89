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
