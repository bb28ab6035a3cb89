"""How people ask about travel: the attributes of each thing, as noun phrases and as whole questions."""

from __future__ import annotations

from ftrl_gym.construct.domain import Attribute
from ftrl_gym.task import AnswerType as T


def _price(
    nouns: tuple[str, ...], asks: tuple[str, ...], low: str = "is cheaper", high: str = "is more expensive"
) -> Attribute:
    return Attribute(T.MONEY, nouns, asks, "EUR", low, high, adds=True)


def _clock(verb: str, noun: str, ask: str) -> Attribute:
    asks = (f"What time does {{x}} {ask}?", f"When does {{x}} {ask}?")
    return Attribute(
        T.TIME, (f"the {noun} time of {{x}}",), asks, low=f"{verb} earlier in the day", high=f"{verb} later in the day"
    )


CITY = {
    "country": Attribute(
        T.NAME,
        ("the country of {x}", "the country {x} is in"),
        ("Which country is {x} in?", "What country does {x} belong to?"),
    ),
    "currency": Attribute(
        T.CODE,
        ("the code of the currency used in {x}",),
        ("Which currency do people pay with in {x}?", "What currency is used in {x}?"),
    ),
    "language": Attribute(
        T.NAME,
        ("the language spoken in {x}",),
        ("What language do they speak in {x}?", "Which language is spoken in {x}?"),
    ),
    "utc_offset": Attribute(
        T.NUMBER, ("the UTC offset in hours of {x}",), ("What is the UTC offset, in hours, of {x}?",), "hours"
    ),
    "tourist_tax": Attribute(
        T.MONEY,
        ("the tourist tax per night in {x}",),
        ("How much tourist tax does {x} charge per night?", "What is the tourist tax for a night in {x}?"),
        "EUR",
        "charges less tourist tax",
        "charges more tourist tax",
    ),
}
AIRPORT = {
    "name": Attribute(T.NAME, ("the full name of {x}",), ("What is {x} called in full?",)),
    "city": Attribute(
        T.NAME, ("the city served by {x}",), ("Which city does {x} belong to?", "Which city is served by {x}?")
    ),
    "transfer_minutes": Attribute(
        T.NUMBER,
        ("the transfer time in minutes from {x}", "the length in minutes of the transfer from {x}"),
        (
            "How many minutes does the transfer into town take from {x}?",
            "How long, in minutes, is the ride into the centre from {x}?",
        ),
        "minutes",
        "has the shorter transfer into town",
        "has the longer transfer into town",
    ),
    "terminals": Attribute(
        T.NUMBER,
        ("the number of terminals at {x}",),
        ("How many terminals does {x} have?", "How many terminals are there at {x}?"),
        "terminals",
        "has fewer terminals",
        "has more terminals",
        adds=True,
    ),
    "lounge": Attribute(
        T.NAME,
        ("the name of the lounge at {x}",),
        ("Which lounge can I use at {x}?", "What is the lounge at {x} called?"),
    ),
}
AIRLINE = {
    "alliance": Attribute(
        T.NAME, ("the alliance of {x}",), ("Which alliance is {x} in?", "What alliance does {x} belong to?")
    ),
    "hand_luggage_kg": Attribute(
        T.NUMBER,
        ("the hand luggage limit in kilograms with {x}", "the limit in kilograms for hand luggage with {x}"),
        ("How many kilograms of hand luggage does {x} allow?", "How heavy may my hand luggage be with {x}, in kg?"),
        "kg",
        "allows less hand luggage",
        "allows more hand luggage",
    ),
    "hub": Attribute(
        T.CODE,
        ("the hub airport code of {x}",),
        ("What is the hub airport code of {x}?", "Which airport is the hub of {x}? The code is enough."),
    ),
    "change_fee": Attribute(
        T.MONEY,
        ("the change fee of {x}",),
        ("How much does {x} charge for changing a ticket?", "What is the fee for changing a ticket with {x}?"),
        "EUR",
        "has the lower change fee",
        "has the higher change fee",
        adds=True,
    ),
}
FLIGHT = {
    "flight_no": Attribute(T.CODE, ("the flight number of {x}",), ("What is the flight number of {x}?",)),
    "airline": Attribute(T.NAME, ("the airline of {x}",), ("Which airline operates {x}?", "Who flies {x}?")),
    "origin": Attribute(
        T.CODE,
        ("the departure airport code of {x}",),
        ("What is the departure airport code of {x}?", "Which airport does {x} leave from? The code is enough."),
    ),
    "destination": Attribute(
        T.CODE,
        ("the arrival airport code of {x}",),
        ("What is the arrival airport code of {x}?", "Which airport does {x} land at? The code is enough."),
    ),
    "date": Attribute(T.DATE, ("the date of {x}",), ("On which date does {x} leave?", "What is the date of {x}?")),
    "departs": _clock("leaves", "departure", "take off"),
    "arrives": _clock("gets in", "arrival", "land"),
    "price": _price(("the price of {x}", "the fare of {x}"), ("How much is {x}?", "What does {x} cost?")),
    "seats_left": Attribute(
        T.NUMBER,
        ("the number of seats left on {x}",),
        ("How many seats are left on {x}?", "How many free seats does {x} still have?"),
        "seats",
        "has fewer seats left",
        "has more seats left",
        adds=True,
    ),
    "aircraft": Attribute(
        T.NAME,
        ("the aircraft type of {x}",),
        ("What kind of aircraft is used for {x}?", "Which plane is {x} flown with?"),
    ),
    "gate": Attribute(T.CODE, ("the gate of {x}",), ("Which gate does {x} leave from?", "What gate is {x} at?")),
}
TRAIN = {
    "train_no": Attribute(T.CODE, ("the train number of {x}",), ("What is the train number of {x}?",)),
    "operator": Attribute(T.NAME, ("the operator of {x}",), ("Which company runs {x}?", "Who operates {x}?")),
    "origin": Attribute(
        T.NAME,
        ("the departure city of {x}", "the city {x} starts from"),
        ("Which city does {x} start from?", "What is the departure city of {x}?"),
    ),
    "destination": Attribute(
        T.NAME, ("the destination of {x}",), ("Which city does {x} go to?", "What is the destination of {x}?")
    ),
    "date": Attribute(T.DATE, ("the date of {x}",), ("On which date does {x} run?", "What is the date of {x}?")),
    "departs": _clock("leaves", "departure", "leave"),
    "arrives": _clock("gets in", "arrival", "arrive"),
    "price": _price(("the fare of {x}", "the price of {x}"), ("How much is {x}?", "What does {x} cost?")),
    "platform": Attribute(
        T.NUMBER,
        ("the platform of {x}",),
        ("Which platform does {x} leave from?", "What platform is {x} on?"),
        "platform",
    ),
    "seats_left": FLIGHT["seats_left"],
}
HOTEL = {
    "name": Attribute(T.NAME, ("the name of {x}",), ("What is {x} called?", "What is the name of {x}?")),
    "district": Attribute(
        T.NAME, ("the district of {x}",), ("Which part of town is {x} in?", "In which district is {x}?")
    ),
    "stars": Attribute(
        T.NUMBER,
        ("the star rating of {x}", "the number of stars for {x}"),
        ("How many stars does {x} have?",),
        "stars",
        "has fewer stars",
        "has more stars",
    ),
    "rating": Attribute(
        T.NUMBER,
        ("the guest rating of {x}",),
        ("How do guests rate {x}?", "What is the guest rating of {x}?"),
        low="has the lower guest rating",
        high="has the better guest rating",
    ),
    "breakfast_price": Attribute(
        T.MONEY,
        ("the breakfast price at {x}",),
        ("How much is breakfast at {x}?", "What does {x} charge for breakfast?"),
        "EUR",
        "has the cheaper breakfast",
        "has the more expensive breakfast",
        adds=True,
    ),
    "checkout_until": Attribute(
        T.TIME,
        ("the check-out time at {x}",),
        ("By what time do I have to check out of {x}?", "Until when can I check out at {x}?"),
        low="has the earlier check-out",
        high="has the later check-out",
    ),
    "manager": Attribute(
        T.NAME,
        ("the manager's name at {x}", "the name of the manager at {x}"),
        ("Who manages {x}?", "What is the name of the manager at {x}?"),
    ),
}
ROOM = {
    "nightly_price": _price(
        ("the nightly price of {x}",), ("What does {x} cost per night?", "How much is {x} a night?")
    ),
    "beds": Attribute(T.NUMBER, ("the number of beds in {x}",), ("How many beds are in {x}?",), "beds"),
    "view": Attribute(T.NAME, ("the view from {x}",), ("What is the view from {x}?", "What does {x} look out on?")),
}
CAR = {
    "company": Attribute(
        T.NAME,
        ("the rental company of {x}", "the company behind {x}"),
        ("Which rental company has {x}?", "Which company does {x} belong to?"),
    ),
    "model": Attribute(T.NAME, ("the model of {x}",), ("What model is {x}?", "What is the model of {x}?")),
    "daily_price": _price(("the daily price of {x}",), ("What does {x} cost per day?", "How much is {x} a day?")),
    "seats": Attribute(
        T.NUMBER,
        ("the number of seats in {x}",),
        ("How many seats does {x} have?", "How many people can sit in {x}?"),
        "seats",
        "has fewer seats",
        "has more seats",
    ),
    "fuel": Attribute(T.NAME, ("the fuel type of {x}",), ("What fuel does {x} take?", "What does {x} run on?")),
}
TRAVELLER = {
    "email": Attribute(
        T.CODE,
        ("the email address of {x}",),
        ("What is the email address of {x}?", "Which email address do we have for {x}?"),
    ),
    "home_city": Attribute(T.NAME, ("the home city of {x}",), ("Where does {x} live?", "Which city is {x} from?")),
    "loyalty_number": Attribute(
        T.CODE,
        ("the loyalty number of {x}",),
        ("What is the loyalty number of {x}?", "Which loyalty number do we have for {x}?"),
    ),
    "seat_preference": Attribute(
        T.NAME,
        ("the seat preference of {x}",),
        ("Which seat does {x} prefer?", "Where does {x} prefer to sit?"),
    ),
}
LOYALTY = {
    "programme": Attribute(
        T.NAME,
        ("the programme of {x}", "the programme {x} belongs to"),
        ("Which programme is {x} part of?", "What programme does {x} belong to?"),
    ),
    "tier": Attribute(T.NAME, ("the tier of {x}",), ("Which tier is {x} on?", "What tier does {x} have?")),
    "points": Attribute(
        T.NUMBER,
        ("the points balance of {x}",),
        ("How many points are on {x}?", "How many points does {x} hold?"),
        "points",
        "has fewer points",
        "has more points",
        adds=True,
    ),
    "expires": Attribute(
        T.DATE,
        ("the expiry date of {x}",),
        ("When does {x} expire?", "Until which date is {x} valid?"),
        low="expires earlier",
        high="expires later",
    ),
    "partner_airline": Attribute(
        T.NAME,
        ("the partner airline of {x}",),
        ("Which airline is the partner of {x}?", "What is the partner airline of {x}?"),
    ),
}
BOOKING = {
    "date": Attribute(
        T.DATE,
        ("the date of {x}",),
        ("Which date is {x} for?", "What is the date of {x}?"),
        low="is earlier",
        high="is later",
    ),
    "status": Attribute(T.NAME, ("the status of {x}",), ("What is the status of {x}?", "What status does {x} have?")),
    "price": _price(("the price of {x}",), ("How much does {x} come to?", "What is the price of {x}?")),
}
BOOKING_REFERENCE = Attribute(T.CODE, ("the reference of {x}",), ("What is the reference of {x}?",))
STAY_NIGHTS = Attribute(
    T.NUMBER,
    ("the number of nights on {x}",),
    ("How many nights is {x} for?",),
    "nights",
    "is shorter",
    "is longer",
    adds=True,
)
RENTAL_DAYS = Attribute(
    T.NUMBER,
    ("the number of days on {x}",),
    ("How many days is {x} for?",),
    "days",
    "is shorter",
    "is longer",
    adds=True,
)
BOOKED_FLIGHT = Attribute(
    T.CODE, ("the flight number of {x}",), ("Which flight is {x} for? The flight number is enough.",)
)
BOOKED_TRAIN = Attribute(T.CODE, ("the train number of {x}",), ("Which train is {x} for? The train number is enough.",))
PAYMENT = {
    "amount": _price(("the amount of {x}",), ("How much was {x}?", "What is the amount of {x}?"),
                     "is smaller", "is larger"),
    "method": Attribute(T.NAME, ("the method used for {x}",), ("How was {x} made?", "What method was used for {x}?")),
    "date": Attribute(T.DATE, ("the date of {x}",), ("When was {x} made?", "On which date was {x} made?"),
                      low="was made earlier", high="was made later"),
    "status": Attribute(T.NAME, ("the status of {x}",), ("What is the status of {x}?", "What status does {x} have?")),
}  # fmt: skip
RULE = {
    "value": Attribute(
        T.NUMBER, ("the figure in {x}",), ("What figure does {x} give?", "What is the figure in {x}?"), unit="@unit"
    ),
}
