"""Words that families, parishes, villages, archives and ships of old are called by in worlds with real names."""

from __future__ import annotations

MEN = (
    *("Johann", "Mathias", "Conrad", "Heinrich", "Georg", "Caspar", "Melchior", "Balthasar", "Ludwig", "Friedrich"),
    *("Wenzel", "Anselm", "Bertram", "Gottfried", "Leopold", "Ignaz", "Kilian", "Lorenz", "Valentin", "Xaver"),
    *("Eberhard", "Ulrich", "Sebald", "Nikodemus", "Ambros", "Bonifaz", "Clemens", "Dietrich", "Erasmus", "Florian"),
    *("Gregor", "Hieronymus", "Isidor", "Korbinian", "Ottokar", "Pankraz", "Quirin", "Rupert", "Silvester", "Thaddeus"),
)
WOMEN = (
    *("Margarethe", "Barbara", "Apollonia", "Walburga", "Kunigunde", "Ottilie", "Mechthild", "Rosina", "Theresia"),
    *("Franziska", "Genoveva", "Hedwig", "Juliana", "Crescentia", "Ludmilla", "Magdalena", "Notburga", "Philippina"),
    *("Regina", "Scholastika", "Ursula", "Veronika", "Adelheid", "Brigitta", "Cordula", "Dorothea", "Elisabeth"),
    *("Felizitas", "Gertraud", "Irmgard", "Josefa", "Klara", "Leonore", "Monika", "Petronella", "Richardis"),
    *("Sabina", "Tekla", "Viktoria", "Wilhelmine"),
)
FAMILIES = (
    *("Hollerer", "Brandstetter", "Kaltenegger", "Lindmayr", "Osterrieder", "Pichlmaier", "Rautenberg", "Schönauer"),
    *("Thalhammer", "Unterholzer", "Waldschmidt", "Zehetner", "Aschenbrenner", "Dornbach", "Eglseder", "Fürnkranz"),
)
COUNTIES = ("Ostmark", "Rabenau", "Silberwald", "Grafenried", "Hohenlinde", "Moosburg", "Steinfels")
PARISHES = (
    *("Sankt Veit", "Sankt Leonhard", "Sankt Gilgen", "Sankt Florian", "Sankt Kathrein", "Sankt Wolfgang"),
    *("Sankt Pankraz", "Sankt Ulrich", "Sankt Radegund", "Sankt Marein", "Sankt Ruprecht", "Sankt Nikola"),
    *("Sankt Egyden", "Sankt Jakob", "Sankt Stefan", "Sankt Martin", "Sankt Andrae", "Sankt Peter"),
)
VILLAGES = (
    *("Auerbach", "Birkfeld", "Dornau", "Eichgraben", "Finkenstein", "Gablitz", "Hinterberg", "Innerkrems", "Kirchau"),
    *("Lerchenau", "Mitterdorf", "Neustift", "Oberndorf", "Pramau", "Rehgraben", "Schwarzau", "Tannegg", "Urfahr"),
    *("Vorderstein", "Weidenthal", "Zwettlern", "Buchenort", "Erlach", "Fuchsloch", "Grubegg", "Haselbach", "Kogl"),
)
ARCHIVES = ("Diocesan", "Provincial", "Monastery", "Municipal", "Princely", "Cathedral")
TRADES = (
    *("Cooper", "Weaver", "Miller", "Tanner", "Wheelwright", "Saddler", "Glazier", "Ropemaker", "Brewer", "Locksmith"),
    *("Charcoal Burner", "Bookbinder", "Potter", "Chandler"),
)
GUILDS = ("the red guild", "the blue guild", "the green guild", "the white guild")
CAUSES = ("consumption", "old age", "smallpox", "a fall", "typhoid fever", "pneumonia", "drowning")
SOURCES = (
    *("Amberg", "Burgstaller", "Czerny", "Donauer", "Ehrenfels", "Falkenhayn", "Gmunden", "Hallstatt", "Ischler"),
    *("Judenburg", "Krems", "Lambach", "Melk", "Nonnberg", "Ossiach", "Pernegg", "Rein", "Seckau", "Tamsweg"),
)
SOURCE_PATTERNS = ("{} Chronicle", "{} Papers", "{} Letters", "{} Tax Roll", "{} Diary")
SHIPS = ("Concordia", "Hammonia", "Borussia", "Teutonia", "Saxonia", "Allemannia", "Cimbria", "Silesia", "Frisia")
HARBOURS = ("New York", "Baltimore", "New Orleans", "Galveston", "Montreal")
