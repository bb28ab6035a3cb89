"""Words that the rooms, dishes, ingredients and suppliers of a restaurant are called by in worlds with real names."""

from __future__ import annotations

ROOMS = ("Walnut", "Heron", "Copper", "Marigold", "Larder", "Foundry", "Almond", "Bellows")
ROOM_KINDS = ("{} Room", "{} Terrace", "{} Salon", "{} Loft")
VIEWS = ("the river", "the herb garden", "the market square", "the old bridge", "the open kitchen", "the vineyards")
SPOTS = ("by the window", "in the corner", "by the fireplace", "near the bar", "under the skylight", "along the wall")
JOBS = ("waiter", "cook", "bartender")
LANGUAGES = ("Italian", "Spanish", "Polish", "Turkish", "Japanese", "Dutch", "Korean")
SUPPLIERS = ("Brightwater", "Oakridge", "Saltmarsh", "Larkfield", "Hollowell", "Quayside", "Ambrose", "Thornbury")
SUPPLIER_KINDS = ("{} Farm", "{} Dairy", "{} Fishery", "{} Mills", "{} Provisions")
ALLERGENS = ("Gluten", "Lactose", "Sesame", "Mustard", "Celeriac", "Lupin", "Sulphite", "Soya", "Crustacean", "Mollusc")
PRECAUTIONS = ("a separate chopping board", "a separate fryer", "fresh gloves", "a covered dish", "rinsed tongs",
               "a second whisk")  # fmt: skip
INGREDIENTS = (
    *("Arborio Rice", "Piedmont Hazelnuts", "Smoked Paprika", "Savoy Cabbage", "Black Tahini", "Dijon Paste"),
    *("Mascarpone", "Tiger Prawns", "Saffron Threads", "Fennel Bulbs", "Buckwheat Flour", "Chestnut Puree"),
    *("Candied Ginger", "Duck Confit", "Sardinian Capers", "Porcini", "Gorgonzola", "Rhubarb Stalks", "Quince Jelly"),
    *("Polenta Meal", "Monkfish Fillets", "Sorrel Leaves", "Juniper Berries", "Truffle Oil"),
)
PREPARATIONS = ("finely diced", "grated", "roasted", "pickled", "puréed", "thinly sliced", "toasted")
STORES = ("freezer", "cold room", "dry store", "cellar")
MENUS = ("Harvest", "Lantern", "Riverside", "Solstice", "Orchard", "Carnival", "Equinox")
DISHES = (
    *("Amalfi", "Provence", "Bergamot", "Corsica", "Dordogne", "Trentino", "Galicia", "Savoyard", "Cordoba", "Tuscan"),
    *("Basque", "Catalan", "Alsace", "Madeira", "Riviera", "Umbrian", "Breton", "Lisboa", "Styrian", "Dalmatian"),
    *("Ligurian", "Levantine", "Bohemian", "Andalus", "Flemish", "Gascon", "Norman", "Venetian", "Nordic", "Carinthia"),
)
DISH_KINDS = ("{} Risotto", "{} Ravioli", "{} Tart", "{} Stew", "{} Terrine", "{} Gratin", "{} Parfait", "{} Salad")
STATIONS = ("grill", "oven", "cold kitchen", "pastry", "stove")
REMARKS = ("no salt", "extra sauce", "without onions", "well done", "cut in half", "served last", "none")
OCCASIONS = ("birthday", "anniversary", "wedding", "business dinner", "farewell", "none")
SITTINGS = {"lunch": "for lunch", "early dinner": "for an early dinner", "late dinner": "for a late dinner"}
METHODS = {"card": "by card", "cash": "in cash", "room account": "on the hotel room account"}
