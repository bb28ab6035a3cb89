"""Words that the galleries, works and partners of a museum are called by in worlds with real names."""

from __future__ import annotations

FLOORS = ("Ground", "Garden", "Upper", "Attic", "Terrace")
WINGS = ("Whitcombe", "Lansbury", "Rotunda", "Orangery", "Thornhill", "Cloister", "Beaumaris", "Granary", "Pavilion")
GALLERIES = (
    *("Alabaster", "Basalt", "Carmine", "Dovecote", "Ebony", "Filigree", "Gilded", "Indigo", "Jasper", "Lapis"),
    *("Malachite", "Nacre", "Ochre", "Porphyry", "Quartz", "Sepia", "Tapestry", "Umber", "Verdigris", "Walnutwood"),
    *("Amethyst", "Celadon", "Damask", "Enamel"),
)
TITLES = (
    *("Harbour", "Orchards", "Lantern", "Ferryman", "Vespers", "Heronry", "Saltmarsh", "Weavers", "Bathers"),
    *("Moonrise", "Pilgrims", "Cartographer", "Lacemaker", "Beekeeper", "Glassblower", "Regatta", "Solitude"),
    *("Aqueduct", "Nightfall", "Procession", "Shepherdess", "Minstrels", "Causeway", "Gleaners", "Cistern"),
    *("Windfall", "Fountain", "Threshers", "Drovers", "Estuary", "Sibyl", "Nocturne", "Vineyard", "Belfry"),
)
TITLE_KINDS = ("The {} at Dusk", "Study of {}", "{} in Winter", "The {}", "{} by the River")
TECHNIQUES = ("oil on canvas", "tempera on panel", "bronze", "marble", "etching", "watercolour", "terracotta")
MOVEMENTS = ("Baroque", "Rococo", "Romanticism", "Realism", "Symbolism", "Mannerism")
COUNTRIES = ("Portugal", "Denmark", "Bohemia", "Flanders", "Sardinia", "Norway", "Hungary")
CITIES = ("Ghent", "Lucca", "Riga", "Porto", "Bergen", "Basel", "Krakow", "Seville", "Uppsala", "Trieste")
ARCHIVES = ("the city archive", "a family archive", "the national library", "an auction house", "a monastery")
DONORS = ("Halloran", "Pemberton", "Castellane", "Brandauer", "Okonjo", "Velasquez", "Tremayne", "Lindqvist", "Moreau")
DONOR_KINDS = ("{} Foundation", "{} Trust", "{} Bequest")
EXHIBITIONS = ("Twilight", "Porcelain", "Horizons", "Arcadia", "Reverie", "Alchemy", "Tempest", "Elysium", "Cipher",
               "Odyssey", "Mirage")  # fmt: skip
EXHIBITION_KINDS = ("{} Revisited", "{} Unveiled", "{} Reframed")
PARTNERS = ("Brera", "Kestner", "Thorvald", "Calouste", "Ribera", "Vasa", "Zwinger", "Albertina", "Prinsen", "Ostrava")
PARTNER_KINDS = ("{} Museum", "{} Kunsthalle", "{} Pinacoteca")
COURIERS = ("Atlasvan", "Cratewell", "Safehand", "Vermeulen", "Northbridge", "Kurierstein", "Artemove")
COURIER_KINDS = ("{} Fine Art", "{} Transport", "{} Logistics")
METHODS = {"cleaning": "for cleaning", "varnish removal": "for varnish removal", "consolidation": "for consolidation",
           "frame repair": "for frame repair"}  # fmt: skip
PLACES = {"wall": "on the wall", "showcase": "in a showcase", "plinth": "on a plinth"}
CLIMATES = ("dry", "humid", "constant", "cool")
LANGUAGES = ("English", "Spanish", "Mandarin", "sign language", "Arabic")
