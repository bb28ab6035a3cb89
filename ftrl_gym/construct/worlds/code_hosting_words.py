"""Words that organisations, repositories, labels and runners of a code host are called by in worlds with real names."""

from __future__ import annotations

ORGANISATIONS = (
    "Bitforge",
    "Lanternfish",
    "Quietware",
    "Northbeam",
    "Tallgrass",
    "Copperline",
    "Driftwood",
    "Halfmoon",
)
ORGANISATION_PATTERNS = ("{} Labs", "{} Collective", "{} Foundation", "{} Works")
REPOSITORIES = (
    *(
        "Almanac",
        "Beacon",
        "Cobble",
        "Dovetail",
        "Eddy",
        "Ferryman",
        "Gantry",
        "Hopper",
        "Inkwell",
        "Jigsaw",
        "Keystone",
    ),
    *(
        "Lattice",
        "Mortar",
        "Nimbus",
        "Origami",
        "Pinwheel",
        "Quiver",
        "Rivet",
        "Sextant",
        "Thimble",
        "Uplift",
        "Vortex",
    ),
    *("Wicker", "Yardarm", "Zipline", "Anvil", "Bobbin", "Clasp"),
)
REPOSITORY_PATTERNS = ("{} Core", "{} CLI", "{} Parser", "{} Server", "{} SDK")
LANGUAGES = ("Rust", "Go", "Python", "TypeScript", "Kotlin", "Elixir", "Haskell")
LICENCES = ("MIT", "Apache", "GPL", "BSD", "MPL")
LABELS = (
    *("Security", "Performance", "Accessibility", "Regression", "Onboarding", "Packaging", "Networking", "Telemetry"),
    *("Translation", "Compatibility"),
)
RUNNERS = (
    "Badger",
    "Cheetah",
    "Falcon",
    "Gazelle",
    "Marlin",
    "Otter",
    "Swift",
    "Weasel",
    "Hare",
    "Kestrel",
    "Lynx",
    "Puffin",
    "Ibex",
    "Mako",
    "Stoat",
    "Tern",
    "Vole",
    "Wren",
)
REGIONS = ("Frankfurt", "Dublin", "Osaka", "Oregon", "Montreal", "Mumbai")
TRIGGERS = ("a push", "a schedule", "a pull request", "somebody by hand")
TASKS = ("linting", "unit tests", "packaging", "an integration test", "a security scan", "benchmarks")
REASONS = {
    "fixed": "because it is fixed",
    "duplicate": "as a duplicate",
    "not planned": "as not planned",
    "cannot reproduce": "because nobody can reproduce it",
}
"""Why an issue is closed, and how people say it."""
