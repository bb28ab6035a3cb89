"""Words that plans, phones, shops and networks of a mobile operator are called by in worlds with real names."""

from __future__ import annotations

AREAS = ("Northmoor", "Saltbury", "Wexcombe", "Eastmarsh", "Harrowdale", "Tidewater", "Ridgemont")
STREETS = (
    *("Tollgate", "Cooper", "Saddler", "Tanner", "Weaver", "Chandler", "Fletcher", "Glover", "Mercer", "Thatcher"),
    *("Wheelwright", "Falconer", "Draper", "Cutler"),
)
PLANS = (
    *("Breeze", "Horizon", "Pulse", "Orbit", "Spark", "Tempo", "Vista", "Echo", "Zenith", "Nimble", "Drift", "Comet"),
    *("Mosaic", "Signal"),
)
MODELS = ("Aquila", "Corvus", "Draco", "Hydra", "Lyra", "Norma", "Orion", "Pavo", "Vela", "Cygnus", "Fornax", "Lepus")
MAKERS = ("Kestrel Devices", "Hanseong", "Ostrava Mobile", "Lumea", "Blueshift", "Terracom")
PACKAGES = ("Globetrotter", "Nomad", "Wayfarer", "Compass", "Passport", "Meridian", "Voyager", "Caravan", "Atlas")
COUNTRIES = (
    *("Portugal", "Norway", "Morocco", "Turkey", "Canada", "Japan", "Brazil", "Kenya", "Vietnam", "Iceland", "Serbia"),
    *("Chile", "Thailand", "Georgia"),
)
ZONES = ("European zone", "Atlantic zone", "Mediterranean zone", "Pacific zone", "southern zone")
NETWORKS = ("Vodera", "Celtis", "Mobilink", "Airwave", "Telnor", "Quanta", "Movia", "Unitel", "Radiant", "Skylink",
            "Baltic", "Ondas", "Claris", "Terra")  # fmt: skip
SKILLS = ("fibre", "antennas", "house wiring", "routers", "femtocells")
TOPICS = ("no signal", "slow data", "dropped calls", "voicemail", "noise on the line", "echo on calls", "router fault")
KINDS = ("calls abroad", "extra data", "premium numbers", "roaming data", "text messages", "directory enquiries")
COVERS = ("breakage cover", "theft cover", "water cover", "full cover", "display cover")
