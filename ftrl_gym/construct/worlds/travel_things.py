"""What TravelBooking knows: places and what connects them, hotels and cars, customers and what they have booked."""

from __future__ import annotations

from ftrl_gym.construct.declare import (  # isort: skip
    AnyRef, Choice, Code, Date, Detail, Each, Email, Entity, Flag, Id, Kind, Money, Name, Number, Person, Ref, Set,
    Time, Together, Word,
)  # fmt: skip
from ftrl_gym.construct.worlds import travel_rows as rows
from ftrl_gym.construct.worlds import travel_words as words

# fmt: off
ROOM_TYPES = ("single", "double", "twin", "suite")
CAR_CLASSES = ("economy", "compact", "estate", "van")
METHODS = {"card": "by card", "transfer": "by bank transfer", "points": "with loyalty points"}

# --- places and what connects them ---------------------------------------------------------------------------------

SEATS_LEFT = Number(0, 69, unit="seats", noun="the number of seats left on {x}", adds=True,
                    ask="How many seats are left on {x}? | How many free seats does {x} still have?",
                    compare="has fewer seats left | has more seats left")
LEAVES = "leaves earlier in the day | leaves later in the day"
GETS_IN = "gets in earlier in the day | gets in later in the day"
CHEAPER = "is cheaper | is more expensive"

PLACES = (
    Entity("city", Together(rows.cities), {
        "name": Name(),
        "country": Name(noun="the country of {x} | the country {x} is in",
                        ask="Which country is {x} in? | What country does {x} belong to?"),
        "currency": Ref("rate", noun="the code of the currency used in {x}",
                        ask="Which currency do people pay with in {x}? | What currency is used in {x}?"),
        "utc_offset": Number(0, 3, unit="hours", noun="the UTC offset in hours of {x}",
                             ask="What is the UTC offset, in hours, of {x}?"),
        "language": Word(noun="the language spoken in {x}",
                         ask="What language do they speak in {x}? | Which language is spoken in {x}?"),
        "tourist_tax": Money(0.5, 6.25, 0.25, apart="", adds=False, noun="the tourist tax per night in {x}",
                             ask="How much tourist tax does {x} charge per night?"
                                 " | What is the tourist tax for a night in {x}?",
                             compare="charges less tourist tax | charges more tourist tax"),
        "place": Name(kept=False),
    }, called="{x}", plural="cities", detail=Detail("city", ("the city I'm visiting", "the city I was asked about"),
                                                    "Which city is it?", words.ASKS_CITY), chosen=True),
    Entity("airport", Together(rows.airports, after="city"), {
        "code": Id(letters=3, digits=0, about="Airport code of three letters."),
        "name": Name(noun="the full name of {x}", ask="What is {x} called in full?"),
        "city": Ref("city", noun="the city served by {x}", link="the city served by {x}",
                    ask="Which city does {x} belong to? | Which city is served by {x}?"),
        "rank": Number(1, 2, kept=False),
        "transfer_minutes": Number(between=("20 * rank - 8", "20 * rank + 24"), unit="minutes",
                                   having="have a transfer of {n}",
                                   noun="the transfer time in minutes from {x}"
                                        " | the length in minutes of the transfer from {x}",
                                   ask="How many minutes does the transfer into town take from {x}?"
                                       " | How long, in minutes, is the ride into the centre from {x}?",
                                   compare="has the shorter transfer into town | has the longer transfer into town"),
        "terminals": Number(between=("1", "7 - 2 * rank"), unit="terminals", noun="the number of terminals at {x}",
                            ask="How many terminals does {x} have? | How many terminals are there at {x}?",
                            compare="has fewer terminals | has more terminals", adds=True),
        "lounge": Name(words.LOUNGES, words.LOUNGE_PATTERNS, noun="the name of the lounge at {x}",
                       ask="Which lounge can I use at {x}? | What is the lounge at {x} called?"),
    }, called="{x} airport | airport {x}", label_noun="code", brief="{x}", always_said=True),
    Entity("airline", 6, {
        "name": Name(words.AIRLINES, words.AIRLINE_PATTERNS),
        "alliance": Name(words.ALLIANCES, pool=3, noun="the alliance of {x}",
                         ask="Which alliance is {x} in? | What alliance does {x} belong to?"),
        "hand_luggage_kg": Number(5, 14, unit="kg", apart="",
                                  noun="the hand luggage limit in kilograms with {x}"
                                       " | the limit in kilograms for hand luggage with {x}",
                                  ask="How many kilograms of hand luggage does {x} allow?"
                                      " | How heavy may my hand luggage be with {x}, in kg?",
                                  compare="allows less hand luggage | allows more hand luggage"),
        "hub": Ref("airport", most=1, noun="the hub airport code of {x}",
                   ask="What is the hub airport code of {x}? | Which airport is the hub of {x}? The code is enough.",
                   link="the hub airport of {x} | the airport that is the hub of {x}"),
        "change_fee": Money(20, 95, 5, apart="", noun="the change fee of {x}",
                            ask="How much does {x} charge for changing a ticket?"
                                " | What is the fee for changing a ticket with {x}?",
                            compare="has the lower change fee | has the higher change fee"),
    }, called="{x}", detail=Detail("airline", ("my airline",), "Which airline is it?", words.ASKS_AIRLINE),
        chosen=True),
    Entity("flight", Together(rows.flights, after="city airport airline"), {
        "flight_no": Id(letters=2, digits=(3, 3, 4), per="airline", noun="the flight number of {x}",
                        ask="What is the flight number of {x}?"),
        "airline": Ref("airline", apart="origin destination date", having="are flown by {n}",
                       noun="the airline of {x}",
                       ask="Which airline operates {x}? | Who flies {x}?",
                       link="the airline that flies {x} | the airline of {x}"),
        "origin": Ref("airport", noun="the departure airport code of {x}",
                      ask="What is the departure airport code of {x}?"
                          " | Which airport does {x} leave from? The code is enough.",
                      link="the airport where {x} takes off | the departure airport of {x}"),
        "destination": Ref("airport", noun="the arrival airport code of {x}",
                           ask="What is the arrival airport code of {x}?"
                               " | Which airport does {x} land at? The code is enough.",
                           link="the airport where {x} lands | the arrival airport of {x}"),
        "date": Date(noun="the date of {x}", ask="On which date does {x} leave? | What is the date of {x}?"),
        "departs": Time(having="take off {n}",
                        noun="the departure time of {x}", compare=LEAVES,
                        ask="What time does {x} take off? | When does {x} take off?"),
        "arrives": Time(having="land {n}",
                        noun="the arrival time of {x}", compare=GETS_IN,
                        ask="What time does {x} land? | When does {x} land?"),
        "kilometres": Number(kept=False),
        "price": Money(between=("0.6 * (38 + kilometres * 0.075)", "1.9 * (38 + kilometres * 0.075)"), apart="",
                       having="cost {n}",
                       noun="the price of {x} | the fare of {x}", ask="How much is {x}? | What does {x} cost?",
                       compare=CHEAPER),
        "seats_left": SEATS_LEFT,
        "aircraft": Word(by="'short' if kilometres < 600 else 'long'", drawn=words.AIRCRAFT,
                         noun="the aircraft type of {x}",
                         ask="What kind of aircraft is used for {x}? | Which plane is {x} flown with?"),
        "gate": Code(words.GATES, noun="the gate of {x}", ask="Which gate does {x} leave from? | What gate is {x} at?"),
    }, called="flight {x}", label_noun="flight number",
        detail=Detail("flight", ("my flight",), "What is your flight number?", words.ASKS_FLIGHT), chosen=True),
    Entity("train", Together(rows.trains, after="city"), {
        "train_no": Id(letters=2, digits=4, per="operator", noun="the train number of {x}",
                       ask="What is the train number of {x}?"),
        "operator": Name(words.OPERATORS, words.OPERATOR_PATTERNS, pool=4, having="are run by {n}",
                         noun="the operator of {x}",
                         ask="Which company runs {x}? | Who operates {x}?"),
        "origin": Ref("city", noun="the departure city of {x} | the city {x} starts from",
                      ask="Which city does {x} start from? | What is the departure city of {x}?",
                      link="the city where {x} starts | the departure city of {x}"),
        "destination": Ref("city", noun="the destination of {x}",
                           ask="Which city does {x} go to? | What is the destination of {x}?",
                           link="the destination of {x} | the city where {x} ends"),
        "date": Date(noun="the date of {x}", ask="On which date does {x} run? | What is the date of {x}?"),
        "departs": Time(having="leave {n}",
                        noun="the departure time of {x}", compare=LEAVES,
                        ask="What time does {x} leave? | When does {x} leave?"),
        "arrives": Time(having="arrive {n}",
                        noun="the arrival time of {x}", compare=GETS_IN,
                        ask="What time does {x} arrive? | When does {x} arrive?"),
        "kilometres": Number(kept=False),
        "price": Money(between=("0.6 * (9 + kilometres * 0.1)", "1.6 * (9 + kilometres * 0.1)"),
                       having="cost {n}",
                       noun="the fare of {x} | the price of {x}", ask="How much is {x}? | What does {x} cost?",
                       compare=CHEAPER),
        "platform": Number(1, 19, unit="platform", noun="the platform of {x}",
                           ask="Which platform does {x} leave from? | What platform is {x} on?"),
        "seats_left": SEATS_LEFT,
    }, called="train {x}", label_noun="train number",
        detail=Detail("train", ("my train",), "What is your train number?", words.ASKS_TRAIN), chosen=True),
)

# --- where to sleep and what to drive ------------------------------------------------------------------------------

STAYS = (
    Entity("hotel", Each("city", 2, 4, total=24), {
        "hotel_id": Id(prefix="H-", digits=4),
        "name": Name(words.HOTELS, words.HOTEL_PATTERNS, noun="the name of {x}",
                     ask="What is {x} called? | What is the name of {x}?"),
        "city": Ref("city"),
        "district": Name(words.DISTRICTS, words.DISTRICT_PATTERNS, having="are in {n}",
                         noun="the district of {x}",
                         ask="Which part of town is {x} in? | In which district is {x}?"),
        "stars": Number(2, 5, unit="stars", apart="city", having="have {n} stars",
                        noun="the star rating of {x} | the number of stars for {x}",
                        ask="How many stars does {x} have?", compare="has fewer stars | has more stars"),
        "rating": Number(step=0.1, between=("5.4 + 0.7 * stars", "6.4 + 0.7 * stars"), noun="the guest rating of {x}",
                         ask="How do guests rate {x}? | What is the guest rating of {x}?",
                         compare="has the lower guest rating | has the better guest rating"),
        "breakfast_price": Money(between=("2 + 3 * stars", "8 + 4 * stars"), apart="city",
                                 having="charge {n} for breakfast",
                                 noun="the breakfast price at {x}",
                                 ask="How much is breakfast at {x}? | What does {x} charge for breakfast?",
                                 compare="has the cheaper breakfast | has the more expensive breakfast"),
        "checkout_until": Time("10:00", "12:00", 30, apart="city", noun="the check-out time at {x}",
                               ask="By what time do I have to check out of {x}? | Until when can I check out at {x}?",
                               compare="has the earlier check-out | has the later check-out"),
        "manager": Person(having="are managed by {n}",
                          noun="the manager's name at {x} | the name of the manager at {x}",
                          ask="Who manages {x}? | What is the name of the manager at {x}?"),
        "double": Number(by="stars", ranges={"2": (43, 70), "3": (67, 108), "4": (96, 156), "5": (131, 213)},
                         kept=False),
    }, label="name", chosen=True),
    Entity("room", Each("hotel", 3, 4, total=80), {
        "room_id": Id(prefix="R-", digits=5),
        "hotel_id": Ref("hotel"),
        "fourth": Flag(value="nth > 3", kept=False),
        "type": Choice(ROOM_TYPES, apart="hotel_id fourth", about="Type of room."),
        "usual": Number(value="hotel_id.double * (0.8 if type == 'single' else 1.9 if type == 'suite'"
                              " else 1.05 if type == 'twin' else 1)", kept=False),
        "nightly_price": Money(between=("0.92 * usual", "1.15 * usual"), having="cost {n} a night",
                               noun="the nightly price of {x}",
                               ask="What does {x} cost per night? | How much is {x} a night?", compare=CHEAPER),
        "beds": Number(by="type", ranges={"single": (1, 1), "double": (1, 2), "twin": (2, 2), "suite": (2, 3)},
                       unit="beds", noun="the number of beds in {x}", ask="How many beds are in {x}?"),
        "view": Word(words.VIEWS, apart="hotel_id", having="look out on the {n}",
                     noun="the view from {x}",
                     ask="What is the view from {x}? | What does {x} look out on?"),
        "free": Flag(by="nth == 1", shares={"True": 1.0, "False": 0.8}),
    }, chosen=True),
    Entity("car", Each("city", 2, 4, total=24), {
        "car_id": Id(prefix="C-", digits=4),
        "city": Ref("city"),
        "company": Name(words.RENTALS, words.RENTAL_PATTERNS, pool=5, apart="city",
                        noun="the rental company of {x} | the company behind {x}",
                        ask="Which rental company has {x}? | Which company does {x} belong to?"),
        "model": Name(words.MODELS, noun="the model of {x}", ask="What model is {x}? | What is the model of {x}?"),
        "class": Choice(CAR_CLASSES, alias="car_class", about="Class of car."),
        "daily_price": Money(by="car_class", noun="the daily price of {x}", compare=CHEAPER,
                             ranges={"economy": (19, 34), "compact": (27, 47), "estate": (39, 69), "van": (55, 98)},
                             ask="What does {x} cost per day? | How much is {x} a day?"),
        "seats": Number(by="car_class", ranges={"economy": (4, 4), "compact": (5, 5), "estate": (5, 5), "van": (7, 9)},
                        unit="seats", noun="the number of seats in {x}",
                        ask="How many seats does {x} have? | How many people can sit in {x}?",
                        compare="has fewer seats | has more seats"),
        "fuel": Word(words.FUELS, noun="the fuel type of {x}", ask="What fuel does {x} take? | What does {x} run on?"),
        "available": Flag(by="nth == 1", shares={"True": 1.0, "False": 0.8}),
    }, chosen=True),
)

# --- customers and what they have booked ---------------------------------------------------------------------------

ITEM = "count('booking', traveller_id=traveller_id, date=item.date) == 0"
ON_ITEM = {"date": Date(value="item.date", apart="traveller_id"), "nights": Number(value="0", whole=True),
           "price": Money(value="item.price", whole=True)}
STAY = Date(by="over", ranges={"True": (-40, -9), "False": (3, 59)}, apart="traveller_id")
ENDED = "'past' if days_until(date) < 0 else "
USUAL = ("confirmed",) * 5 + ("cancelled",)

CUSTOMERS = (
    Entity("loyalty account", 24, {
        "number": Id(letters=2, digits=6, per="partner_airline", about="Loyalty number."),
        "programme": Name(words.PROGRAMMES, words.PROGRAMME_PATTERNS, per="partner_airline",
                          noun="the programme of {x} | the programme {x} belongs to",
                          ask="Which programme is {x} part of? | What programme does {x} belong to?"),
        "tier": Choice(("Blue", "Silver", "Gold", "Platinum"), noun="the tier of {x}",
                       ask="Which tier is {x} on? | What tier does {x} have?"),
        "points": Number(by="tier", ranges={"Blue": (400, 8999), "Silver": (5800, 22999), "Gold": (11200, 36999),
                                            "Platinum": (16600, 50999)}, apart="", adds=True,
                         unit="points", noun="the points balance of {x}", compare="has fewer points | has more points",
                         ask="How many points are on {x}? | How many points does {x} hold?"),
        "expires": Date(120, 1099, apart="", noun="the expiry date of {x}", compare="expires earlier | expires later",
                        ask="When does {x} expire? | Until which date is {x} valid?"),
        "partner_airline": Ref("airline", noun="the partner airline of {x}", link="the partner airline of {x}",
                               ask="Which airline is the partner of {x}? | What is the partner airline of {x}?"),
    }, called="loyalty account {x} | the loyalty account with the number {x}", label_noun="number",
        detail=Detail("account", ("my loyalty account",), "What is your loyalty number?", words.ASKS_ACCOUNT)),
    Entity("traveller", Each("loyalty account"), {
        "traveller_id": Id(prefix="T-", digits=5),
        "name": Person(),
        "email": Email(noun="the email address of {x}",
                       ask="What is the email address of {x}? | Which email address do we have for {x}?"),
        "home_city": Ref("city", noun="the home city of {x}", ask="Where does {x} live? | Which city is {x} from?",
                         link="{x}'s home city | the city where {x} lives"),
        "loyalty_number": Ref("loyalty account", noun="the loyalty number of {x}",
                              ask="What is the loyalty number of {x}? | Which loyalty number do we have for {x}?",
                              link="{x}'s loyalty account | the loyalty account of {x}"),
        "passport_number": Id(mixed=9),
        "birth_date": Date(-28469, -6954),
        "seat_preference": Choice(("window", "aisle", "middle"), noun="the seat preference of {x}",
                                  ask="Which seat does {x} prefer? | Where does {x} prefer to sit?"),
    }, called="{x}", label="name",
        detail=Detail("name", ("my client",), "What is the name of your client?", words.ASKS_CLIENT)),
    Entity("booking", Each("traveller", 1, 4, total=48), {
        "reference": Id(mixed=6, new="NB", noun="the reference of {x}", ask="What is the reference of {x}?"),
        "traveller_id": Ref("traveller"),
        "type": Choice(("flight", "room", "train", "car", "flight", "flight", "room", "train"),
                       about="Type of booking."),
        "over": Flag(0.12, kept=False),
        "item": AnyRef(),
        "date": Date(noun="the date of {x}", ask="Which date is {x} for? | What is the date of {x}?",
                     compare="is earlier | is later"),
        "nights": Number(1, 6),
        "status": Choice(("held", "confirmed", "cancelled"), by=ENDED + "type",
                         drawn={"past": ("confirmed",), "flight": (*USUAL, "held", "held"), "room": USUAL,
                                "train": USUAL, "car": USUAL},
                         noun="the status of {x}", ask="What is the status of {x}? | What status does {x} have?"),
        "price": Money(noun="the price of {x}", ask="How much does {x} come to? | What is the price of {x}?",
                       compare=CHEAPER),
        "paid": Flag(by=ENDED + "status", shares={"past": 1.0, "confirmed": 0.75, "held": 0.25, "cancelled": 0.7}),
    }, called="booking {x} | the booking with reference {x}", label_noun="reference", by_kind="type", kinds=(
        # "the flight on flight booking {x}" would say it twice, so only a hotel booking has a name of its own
        Kind("flight booking", "flight", {**ON_ITEM, "item": Ref(
            "flight", where=ITEM, noun="the flight number of {x}",
            ask="Which flight is {x} for? The flight number is enough.",
            link="the flight on {x} | the flight reserved under {x}")}),
        Kind("hotel booking", "room", {"date": STAY, "item": Ref("room", most=1),
                                       "nights": Number(1, 6, unit="nights", noun="the number of nights on {x}",
                                                        ask="How many nights is {x} for?", adds=True,
                                                        compare="is shorter | is longer"),
                                       "price": Money(value="nights * item.nightly_price")}, "hotel booking {x}"),
        Kind("train booking", "train", {**ON_ITEM, "item": Ref(
            "train", where=ITEM, noun="the train number of {x}",
            ask="Which train is {x} for? The train number is enough.",
            link="the train on {x} | the train reserved under {x}")}),
        Kind("car rental", "car", {"date": STAY,
                                   "item": Ref("car", most=1, link="the car on {x} | the car reserved under {x}"),
                                   "nights": Number(1, 6, unit="days", noun="the number of days on {x}", adds=True,
                                                    ask="How many days is {x} for?", compare="is shorter | is longer"),
                                   "price": Money(value="nights * item.daily_price")}),
    ), also=(
        Set("room(item)", {"free": "status == 'cancelled'"}, when="type == 'room' and days_until(date) >= 0"),
        Set("car(item)", {"available": "status == 'cancelled'"}, when="type == 'car' and days_until(date) >= 0"),
    ), detail=Detail("reference", ("my booking",), "What is the booking reference?", words.ASKS_BOOKING)),
    Entity("payment", Together(rows.payments, after="booking"), {
        "payment_id": Id(prefix="P-", digits=5, new="NP"),
        "reference": Ref("booking"),
        "amount": Money(noun="the amount of {x}", ask="How much was {x}? | What is the amount of {x}?",
                        compare="is smaller | is larger"),
        "currency": Ref("rate"),
        "method": Choice(tuple(METHODS), noun="the method used for {x}",
                         ask="How was {x} made? | What method was used for {x}?"),
        "date": Date(noun="the date of {x}", ask="When was {x} made? | On which date was {x} made?",
                     compare="was made earlier | was made later"),
        "status": Choice(("settled", "pending", "refunded"), noun="the status of {x}",
                         ask="What is the status of {x}? | What status does {x} have?"),
    }),
    Entity("rate", Together(rows.rates, after="city"), {
        "currency": Id(letters=3, digits=0),
        "per_eur": Number(0.8, 400.0, 0.0001),
    }),
)

ENTITIES = (*PLACES, *STAYS, *CUSTOMERS)
