"""TravelBooking: a travel agency's back office, where flights, trains, rooms and cars are looked up and booked.

What it knows of stands in :mod:`~ftrl_gym.construct.worlds.travel_things`, what it does in
:mod:`~ftrl_gym.construct.worlds.travel_actions`; here are its house rules and what one can look up.
"""

from __future__ import annotations

from ftrl_gym.construct.declare import (  # isort: skip
    Applied, AtLeast, Declaration, Detail, Figure, Find, Get, Money, Need, Number, Ref, Rule, Short, WorkOut, least,
    most, named, only,
)  # fmt: skip
from ftrl_gym.construct.declare.tools import Meaning
from ftrl_gym.construct.worlds import travel_words as words
from ftrl_gym.construct.worlds.travel_actions import WRITING
from ftrl_gym.construct.worlds.travel_things import CAR_CLASSES, ENTITIES, ROOM_TYPES

# fmt: off
RULES = (
    Rule("cancellation fee", tuple(range(10, 45, 5)), "percent",
         "A cancellation that is not free costs {} percent of the price."),
    Rule("free cancellation", tuple(range(6, 29)), "days", "Cancelling costs nothing up to {} days before the date."),
    Rule("change fee", tuple(range(6, 30)), "EUR",
         "Changing a room, train or car costs {} euros; airlines set their own fee."),
    Rule("change deadline", tuple(range(1, 6)), "days", "A booking can be changed up to {} days before its date."),
    Rule("hold limit", tuple(range(48, 133, 12)), "hours",
         "A flight that departs in less than {} hours cannot be held."),
    Rule("maximum nights", tuple(range(8, 29)), "nights", "A room can be booked for {} nights at most."),
    Rule("maximum rental", tuple(range(8, 31)), "days", "A car can be rented for {} days at most."),
    Rule("minimum driver age", tuple(range(19, 26)), "years",
         "Who rents a car must be {} years old on the day of pick-up."),
    Rule("transfer deadline", tuple(range(3, 11)), "days",
         "Paying by transfer is possible up to {} days before the date."),
    Rule("points per euro", tuple(range(40, 130, 5)), "points",
         "Paying with points takes {} points for each euro."),
)

# --- what one can look up ------------------------------------------------------------------------------------------


def _journeys(noun: str) -> tuple[Meaning, ...]:
    """How people speak of a flight or a train between two places on a day."""
    end = "from {x} to {y} {day}"
    turned = "to {y} {day} from {x}"  # after a long start the end would seem to be that of another journey
    return (
        least("price", f"the cheapest {noun} {end} | the {noun} with the lowest fare {end}"
              f" | the cheapest {noun} {turned}",
              plural=f"direct {noun}s {end}", name=f"cheapest {noun}"),
        most("price", f"the most expensive {noun} {end} | the most expensive {noun} {turned}", name=f"dearest {noun}"),
        least("departs", f"the first {noun} {end} | the earliest {noun} {end} | the first {noun} {turned}",
              name=f"first {noun}"),
        most("departs", f"the last {noun} {end} | the latest {noun} {end} | the last {noun} {turned}",
             name=f"last {noun}"),
        only(f"the {noun} {end} | the direct {noun} {end} | the {noun} {turned}", name=f"{noun} between"),
    )


def _rooms() -> tuple[Meaning, ...]:
    """By price, and by price among those of a type; most hotels have one of a kind."""
    price = "nightly_price"
    found = [least(price, "the cheapest room at {x}", plural="rooms at {x}", name="cheapest room"),
             most(price, "the most expensive room at {x}", name="dearest room")]
    for kind in ROOM_TYPES:
        noun = kind if kind == "suite" else f"{kind} room"
        found += [least(price, f"the cheapest {noun} at {{x}}", {"type": kind}, plural=f"{noun}s at {{x}}",
                        name=f"cheapest {kind}"),
                  only(f"the {noun} at {{x}}", {"type": kind}, name=f"{kind} at")]
    return tuple(found)


def _cars() -> tuple[Meaning, ...]:
    """By price, and by price among those of a class."""
    price = "daily_price"
    found = [least(price, "the cheapest car to rent in {x} | the cheapest rental car in {x}", name="cheapest car"),
             most(price, "the most expensive car to rent in {x} | the most expensive rental car in {x}",
                  name="dearest car")]
    for kind in CAR_CLASSES:
        noun, rented = ("van", "rental van") if kind == "van" else (f"{kind} car", f"{kind} rental car")
        found += [least(price, f"the cheapest {noun} to rent in {{x}} | the cheapest {rented} in {{x}}",
                        {"class": kind}, name=f"cheapest {kind}"),
                  only(f"the {noun} on offer in {{x}} | the {rented} in {{x}}", {"class": kind}, name=f"{kind} in")]
    return tuple(found)


def _converted(thing: str, price: str, noun: str) -> Applied:
    return Applied(
        f"{thing} city", {"amount": f"x.{price}", "from_currency": "'EUR'", "to_currency": "y.currency"}, "converted",
        f"the {noun} of {{x}} converted into the currency used in {{y}}",
        f"What is the {noun} of {{x}} in the currency used in {{y}}?"
        f" | How much is the {noun} of {{x}} converted into the currency used in {{y}}?",
    )


READING = (
    Find("find_airports", "airport", "Airports of a city.", "city", "code name transfer_minutes", (
        only("the airport of {x} | the airport in {x}", plural="airports in {x}", brief="{x}", name="airport of"),
        least("transfer_minutes", "the airport with the shortest transfer into {x}"
              " | the airport with the quickest transfer into {x}", name="nearest airport"),
    )),
    Get("get_airport", "airport", "Details of an airport, with terminals and lounge."),
    Find("search_flights", "flight", "Direct flights between two airports on a day.", "origin destination date",
         "flight_no airline departs arrives price seats_left", _journeys("flight"), among="seats_left"),
    Get("get_flight", "flight", "Details of a flight, with aircraft and gate."),
    WorkOut("compare_flights", "Which of two flights is cheaper, by how many euros, and which departs earlier.",
            "first:flight second:flight", {
        "cheaper": Ref("flight", value="first if first.price < second.price else second",
                       noun="the flight number of the cheaper choice between {x} and {y}",
                       ask="Which is cheaper, {x} or {y}? The flight number is enough."),
        "price_difference": Money(value="abs(first.price - second.price)", whole=True, adds=False,
                                  noun="the price difference between {x} and {y}",
                                  ask="How far apart in price are {x} and {y}?"
                                      " | What is the price difference between {x} and {y}?"),
        "earlier": Ref("flight", value="first if first.date < second.date or first.date == second.date"
                                       " and first.departs < second.departs else second",
                       noun="the flight number of the earlier departure between {x} and {y}",
                       ask="Which departs earlier, {x} or {y}? The flight number is enough."),
    }, instead_of="get_flight search_flights", unordered=True, result="flight_comparisons",
        needs=(Need("first != second", "first and second are the same flight; compare two different ones"),)),
    Get("get_airline", "airline", "Details of an airline: alliance, hand luggage, hub airport, change fee."),
    Find("search_hotels", "hotel", "Hotels of a city with at least the given stars.", "city",
         "hotel_id name district stars rating", (
        most("rating", "the best-rated hotel in {x} | the hotel with the best guest rating in {x}",
             plural="hotels in {x}", name="best hotel"),
        least("rating", "the lowest-rated hotel in {x} | the hotel with the worst guest rating in {x}",
              name="worst hotel"),
        named("the hotel {name} in {x} | {name} in {x}", name="hotel called"),
    ), bounds={"min_stars": AtLeast("stars", "Fewest stars.", 1, 5)}),
    Get("get_hotel", "hotel", "Details of a hotel, with breakfast price, check-out time and manager."),
    Find("list_rooms", "room", "Rooms of a hotel, of one type or any.", "hotel_id type",
         "room_id type nightly_price beds view free", _rooms(), among="free"),
    Find("search_trains", "train", "Direct trains between two cities on a day.", "origin destination date",
         "train_no operator departs arrives price seats_left", _journeys("train"), among="seats_left"),
    Get("get_train", "train", "Details of a train, with its platform."),
    Find("search_cars", "car", "Rental cars of a city, of one class or any.", "city class",
         "car_id company model class daily_price available", _cars(), among="available"),
    Get("get_car", "car", "Details of a rental car, with seats and fuel."),
    Get("find_traveller", "traveller", "A traveller by full name, with id and loyalty number.", "name",
        "traveller_id name email home_city loyalty_number seat_preference"),
    Get("get_loyalty_account", "loyalty account",
        "A loyalty account: programme, tier, points, expiry, partner airline."),
    Find("list_bookings", "booking", "Bookings of a traveller, of one type or any.", "traveller_id type",
         "reference type date status", tuple(
        only(f"{{x}}'s {noun} | the {noun} of {{x}}", {"type": kind}, name=f"{noun} of")
        for kind, noun in (("flight", "flight booking"), ("room", "hotel booking"), ("train", "train booking"),
                           ("car", "car rental")))),
    Get("get_booking", "booking", "Details of a booking; item is the flight, room, train or car."),
    Find("list_payments", "payment", "Payments made for a booking.", "reference",
         "payment_id amount currency method date status", (only("the payment for {x}", name="payment for"),)),
    Get("get_city", "city", "Facts about a city: country, currency, language, UTC offset, tourist tax."),
    WorkOut("convert_currency", "An amount of one currency in another, at the day's rate.",
            "from_currency:rate to_currency:rate", {
        "converted": Number(value="round(amount / from_currency.per_eur * to_currency.per_eur, 2)",
                            unit="@to_currency"),
    }, figures={"amount": Figure("Amount, above 0.")}, result="conversions",
        needs=(Need("amount > 0 and amount <= 1000000000", "amount must be above 0 and at most 1000000000"),),
        describes={"from_currency": "ISO code of the currency it is in.",
                   "to_currency": "ISO code of the currency wanted."},
        applied=(_converted("flight", "price", "price"), _converted("train", "price", "fare"),
                 _converted("room", "nightly_price", "price per night"),
                 _converted("car", "daily_price", "price per day"))),
    WorkOut("time_difference", "Hours by which clocks in to_city are ahead of from_city.",
            "from_city:city to_city:city", {
        "hours": Number(value="to_city.utc_offset - from_city.utc_offset", whole=True, unit="hours",
                        noun="the number of hours by which {y} is ahead of {x}",
                        ask="How many hours ahead of {x} is {y}? | By how many hours is {y} ahead of {x}?"),
    }, instead_of="get_city", result="time_differences"),
)

TRAVEL = Declaration(
    name="TravelBooking",
    title="Travel agency",
    description=(
        "A travel agency's back office: cities, airports, flights, hotels, rooms, trains, cars, travellers, loyalty "
        "accounts, bookings, payments and house rules. Questions are answered through reading tools, bookings are "
        "made, changed, paid and cancelled through writing ones."
    ),
    instruction="You work for a travel agency and help with questions and bookings. All prices are in EUR.",
    policy="",
    entities=ENTITIES,
    tools=(*READING, *WRITING),
    rules=RULES,
    rule_about="A house rule of the agency: its figure, the unit of it, and its text.",
    shorts=(
        Short(("flight booking of", "flight booking.item"),
              "{x}'s flight | the flight {x} has booked | the flight booked for {x}"),
        Short(("train booking of", "train booking.item"),
              "{x}'s train | the train {x} has booked | the train booked for {x}"),
        Short(("car rental of", "car rental.item"), "{x}'s rental car | the car {x} has booked"),
        Short(("flight.destination", "airport.city"), "the destination city of {x} | the city where {x} lands"),
        Short(("flight.origin", "airport.city"), "the departure city of {x} | the city where {x} takes off"),
        Short(("airline.hub", "airport.city"), "the hub city of {x} | the city where {x} has its hub"),
    ),
    day=Detail("day", ("",), "On which date do you want to travel?", words.ASKS_DAY,
               ("{x}, please.", "{x}.", "It should be {x}.")),
    kept_back=("reference", "name", "day"),
    file=__file__,
)
