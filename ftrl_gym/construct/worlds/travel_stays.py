"""Hotels, rooms and rental cars of a travel world. Stars, ratings and prices go together; within a city or a hotel
nothing that one would compare is equal."""

from __future__ import annotations

from ftrl_gym.construct.worlds import travel_words as words
from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.construct.worlds.travel_columns import CAR_CLASSES, ROOM_TYPES

HOTELS, ROOMS, CARS = 24, 80, 24

_CHECKOUT = ("10:00", "10:30", "11:00", "11:30", "12:00")
_ROOM_PRICE = {"single": 0.8, "double": 1.0, "twin": 1.05, "suite": 1.9}
_BEDS = {"single": (1,), "double": (1, 2), "twin": (2,), "suite": (2, 3)}
_CAR_PRICE = {"economy": 26, "compact": 36, "estate": 52, "van": 74}
_CAR_SEATS = {"economy": (4,), "compact": (5,), "estate": (5,), "van": (7, 8, 9)}


def add_hotels(draft: Draft) -> None:
    """Fills ``hotels`` and ``rooms``."""
    rng = draft.rng
    for city, count in draft.share(HOTELS, draft.tables["cities"], 2, 4).items():
        tenths: set[int] = set()
        breakfasts: set[int] = set()
        for stars, checkout in zip(rng.sample((2, 3, 4, 5), count), rng.sample(_CHECKOUT, count), strict=True):
            draft.add(
                "hotels",
                hotel_id=draft.ids.numbered("H-", 4),
                name=draft.names.pick(words.HOTELS, *words.HOTEL_PATTERNS),
                city=city,
                district=draft.names.pick(words.DISTRICTS, *words.DISTRICT_PATTERNS),
                stars=stars,
                rating=draft.distinct(54 + 7 * stars, 65 + 7 * stars, tenths) / 10,
                breakfast_price=draft.distinct(2 + 3 * stars, 9 + 4 * stars, breakfasts),
                checkout_until=checkout,
                manager=draft.names.person(),
            )
    for hotel_id, count in draft.share(ROOMS, draft.tables["hotels"], 3, 4).items():
        _add_rooms(draft, hotel_id, count)


def _add_rooms(draft: Draft, hotel_id: str, count: int) -> None:
    rng = draft.rng
    base = (25 + 9 * draft.tables["hotels"][hotel_id]["stars"] ** 1.7) * rng.uniform(0.8, 1.3)
    types = [*rng.sample(ROOM_TYPES, 3), rng.choice(ROOM_TYPES)][:count]
    prices: set[int] = set()
    sure = rng.randrange(count)
    for number, (kind, view) in enumerate(zip(types, rng.sample(words.VIEWS, count), strict=True)):
        usual = base * _ROOM_PRICE[kind]
        draft.add(
            "rooms",
            room_id=draft.ids.numbered("R-", 5),
            hotel_id=hotel_id,
            type=kind,
            nightly_price=draft.distinct(int(usual * 0.92), int(usual * 1.15), prices),
            beds=rng.choice(_BEDS[kind]),
            view=view,
            free=number == sure or rng.random() < 0.8,
        )


def add_cars(draft: Draft) -> None:
    """Fills ``cars``."""
    rng = draft.rng
    companies = [draft.names.pick(words.RENTALS, *words.RENTAL_PATTERNS) for _ in range(5)]
    for city, count in draft.share(CARS, draft.tables["cities"], 2, 4).items():
        prices: set[int] = set()
        sure = rng.randrange(count)
        for number, company in enumerate(rng.sample(companies, count)):
            kind = rng.choice(CAR_CLASSES)
            usual = _CAR_PRICE[kind]
            draft.add(
                "cars",
                car_id=draft.ids.numbered("C-", 4),
                city=city,
                company=company,
                model=draft.names.pick(words.MODELS),
                **{"class": kind},
                daily_price=draft.distinct(int(usual * 0.75), int(usual * 1.35), prices),
                seats=rng.choice(_CAR_SEATS[kind]),
                fuel=rng.choice(words.FUELS),
                available=number == sure or rng.random() < 0.8,
            )
