"""What one can ask an estate agency to do, and the house rules that its tools enforce."""

from __future__ import annotations

from ftrl_gym.construct.declare import Create, Detail, Do, Extra, Money, Need, Rule, Set, SetEach, Wanted
from ftrl_gym.construct.worlds import real_estate_words as words

# fmt: off
RULES = (
    Rule("viewing window", tuple(range(36, 60, 2)), "days", "A viewing takes place within the next {} days."),
    Rule("booked viewings", (3, 4, 5), "viewings", "A buyer has at most {} booked viewings at a time."),
    Rule("viewings a day", (1, 2), "viewings", "An agent holds at most {} booked viewings on one day."),
    Rule("moving range", tuple(range(28, 46, 2)), "days", "A viewing is moved by {} days at most."),
    Rule("offer validity", tuple(range(16, 29)), "days", "An offer stands for {} days."),
    Rule("largest discount", (5, 6, 7), "percent", "An offer is at most {} percent below the asking price."),
    Rule("open offers", (2, 3, 4), "offers", "A buyer is part of at most {} open offers at a time."),
    Rule("price cut", (4, 5, 6, 7), "percent", "An asking price is cut by at most {} percent at once."),
    Rule("handling charge", tuple(range(15, 65, 5)), "EUR", "For ordering a survey the agency charges {} euros."),
    Rule("structural surcharge", tuple(range(120, 420, 20)), "EUR", "A structural survey costs {} euros more."),
)

DAY = ("date", "day", "when")
HOW_MUCH = ("percent", "how much", "how far")
FOR_SALE = Need("property.status == 'for sale'",
                "{property} is {property.status}; only a property that is for sale can be dealt with")
BOOKED = Need("viewing.status == 'booked'", "viewing {viewing} is {viewing.status}; only a booked one can be changed")
OPEN = Need("offer.status == 'open'", "offer {offer} is {offer.status}; only an open one can be dealt with")
IN_WINDOW = Need("days_until(date) <= rule('viewing window')",
                 "viewings take place within the next {rule('viewing window')} days; name an earlier day")


def _percent(ask: str) -> Detail:
    return Detail("percentage", ("a few",), ask, HOW_MUCH, ("{x} percent.", "{x} percent, please.", "By {x} percent."))


WRITING = (
    Do("book_viewing", "Books a viewing of a property for a buyer, with the agent in charge, at its usual time.",
       "property buyer",
       "book a viewing of {property} for {buyer} on {date} | arrange for {buyer} to view {property} on {date}"
       " | put {buyer} down for a viewing of {property} on {date}",
       (FOR_SALE, IN_WINDOW,
        Need("count('viewing', property=property, date=date, status='booked') == 0",
             "{property} is shown to somebody else on {date}; name another day"),
        Need("count('viewing', agent=property.agent, date=date, status='booked') < rule('viewings a day')",
             "agent {property.agent} has {rule('viewings a day')} viewings on {date}, the most allowed; name another"),
        Need("count('viewing', buyer=buyer, status='booked') < rule('booked viewings')",
             "buyer {buyer} has {rule('booked viewings')} booked viewings; one of them must be cancelled first")),
       (Create("viewing", {"property": "property", "buyer": "buyer", "agent": "property.agent", "status": "'booked'",
                           "date": "date", "time": "property.shown_at", "minutes": "45"}),),
       asks={"date": Wanted(Extra.DATE, Detail("day", ("a day to be settled",), "On which day is the viewing?", DAY,
                                               ("On {x}.", "{x}, please.", "{x}.")), "Day of the viewing.")},
       follow_ups=("cancel_viewing",)),
    Do("move_viewing", "Moves a booked viewing to another day.", "viewing",
       "move {viewing} to {date} | reschedule {viewing} for {date} | change the date of {viewing} to {date}",
       (BOOKED, IN_WINDOW,
        Need("viewing.date != date", "viewing {viewing} is on {date} already; name another day"),
        Need("abs(days_until(date) - days_until(viewing.date)) <= rule('moving range')",
             "a viewing is moved by {rule('moving range')} days at most; name a day nearer to {viewing.date}"),
        Need("count('viewing', property=viewing.property, date=date, status='booked') == 0",
             "{viewing.property} is shown to somebody else on {date}; name another day")),
       (Set("viewing", {"date": "date"}),),
       asks={"date": Wanted(Extra.DATE, Detail("day", ("",), "Which day should it be moved to?", DAY,
                                               ("To {x}.", "{x}, please.", "{x}.")), "The new day.")},
       sooner="bring {viewing} forward to {date} | pull {viewing} forward to {date}",
       put_off="postpone {viewing} to {date} | put {viewing} off until {date} | push {viewing} back to {date}",
       open="move {viewing} to another day | change the date of {viewing} | reschedule {viewing}"),
    Do("cancel_viewing", "Cancels a booked viewing.", "viewing",
       "cancel {viewing} | call off {viewing} | see to it that {viewing} is cancelled", (BOOKED,),
       (Set("viewing", {"status": "'cancelled'"}),),
       regret="Sorry, they have just found another place: please cancel that viewing."
              " | On second thoughts, please call that viewing off again."),
    Do("make_offer", "Makes an offer for a buyer, so many percent below the asking price.", "property buyer",
       "make an offer for {property} on behalf of {buyer}, {percent} percent below the asking price and {condition}"
       " | offer {percent} percent less than the asking price of {property} for {buyer}, {condition}",
       (FOR_SALE,
        Need("percent <= rule('largest discount')",
             "an offer is at most {rule('largest discount')} percent below the asking price; offer more"),
        Need("count('offer', buyer=buyer, property=property, status='open') == 0",
             "there is an open offer of {buyer} for {property} already; list_bids shows which"),
        Need("count('offer', buyer=buyer, status='open') < rule('open offers')",
             "buyer {buyer} is part of {rule('open offers')} open offers; one must be withdrawn or answered first")),
       (Create("offer", {"property": "property", "buyer": "buyer", "answers": "no_offer", "made_by": "'buyer'",
                         "amount": "amount", "condition": "condition", "date": "today",
                         "expires": "add_days(today, rule('offer validity'))", "status": "'open'"}),),
       asks={"percent": Wanted(Extra.COUNT, _percent("How many percent below the asking price?"),
                               "Percent below the asking price."),
             "condition": Wanted(Extra.CHOICE, Detail("condition", ("with a condition of theirs",),
                                                      "On what condition is the offer made?", ("condition", "subject"),
                                                      ("{x}.", "It should be {x}.")),
                                 "What the offer depends on.", words.CONDITIONS)},
       lets={"no_offer": "first('offer', 'date', property=property, status='none')"},
       gives={"amount": Money(value="round(property.asking_price * (100 - percent) / 100)", whole=True)},
       follow_ups=("withdraw_offer",)),
    Do("counter_offer", "Answers an open offer of a buyer for the seller, so many percent below the asking price.",
       "offer",
       "counter {offer} at {percent} percent below the asking price | answer {offer} with a counter-offer {percent}"
       " percent below the asking price",
       (OPEN,
        Need("offer.made_by == 'buyer'", "offer {offer} was made by the seller; only a buyer's offer is countered"),
        Need("amount > offer.amount", "that would be {amount}, no more than the offer; give a smaller percentage"),
        Need("amount >= offer.property.lowest",
             "the owner of {offer.property} accepts {offer.property.lowest} or more; give a smaller percentage")),
       (Create("offer", {"property": "offer.property", "buyer": "offer.buyer", "answers": "offer",
                         "made_by": "'seller'", "amount": "amount", "condition": "offer.condition", "date": "today",
                         "expires": "add_days(today, rule('offer validity'))", "status": "'open'"}),
        Set("offer", {"status": "'countered'"})),
       asks={"percent": Wanted(Extra.COUNT, _percent("How many percent below the asking price?"),
                               "Percent below the asking price.")},
       lets={"amount": "round(offer.property.asking_price * (100 - percent) / 100)"}, shows="answers amount status"),
    Do("accept_offer", "Accepts an open offer: the property is under offer, and other open offers for it are declined.",
       "offer", "accept {offer} | note that {offer} is accepted | see to it that {offer} is accepted",
       (OPEN,
        Need("days_until(offer.expires) >= 0",
             "offer {offer} expired on {offer.expires}; somebody has to make a new one"),
        Need("offer.property.status == 'for sale'",
             "{offer.property} is {offer.property.status}; no other offer for it can be accepted")),
       (Set("offer", {"status": "'accepted'"}), Set("offer.property", {"status": "'under offer'"}),
        SetEach("offer", {"property": "offer.property", "status": "'open'"}, {"status": "'declined'"}),
        SetEach("viewing", {"property": "offer.property", "status": "'booked'"}, {"status": "'cancelled'"}))),
    Do("withdraw_offer", "Withdraws an open offer of a buyer.", "offer",
       "withdraw {offer} | take {offer} back | see to it that {offer} is withdrawn",
       (OPEN, Need("offer.made_by == 'buyer'",
                   "offer {offer} was made by the seller; a buyer can only withdraw offers of their own")),
       (Set("offer", {"status": "'withdrawn'"}),),
       regret="Sorry, their bank has just called: please withdraw that offer again."
              " | On second thoughts, please take that offer back."),
    Do("cut_price", "Cuts the asking price of a property, which is noted in its listings.", "property",
       "cut the asking price of {property} by {percent} percent | reduce the asking price of {property} by {percent}"
       " percent | lower the price asked for {property} by {percent} percent",
       (FOR_SALE,
        Need("percent <= rule('price cut')", "a price is cut by at most {rule('price cut')} percent at once; cut less"),
        Need("round(property.asking_price * (100 - percent) / 100) >= property.lowest",
             "the owner of {property} accepts {property.lowest} or more; cut the price by less")),
       (Set("property", {"asking_price": "price"}),
        Create("listing", {"property": "property", "price": "price", "start_date": "today"})),
       asks={"percent": Wanted(Extra.COUNT, _percent("By how many percent?"), "By how many percent.")},
       gives={"price": Money(value="round(property.asking_price * (100 - percent) / 100)", whole=True)}),
    Do("order_survey", "Orders a survey of a property, on the first day on which the surveyor can come.",
       "property surveyor",
       "order {scope} of {property} from {surveyor} | have {surveyor} do {scope} of {property}",
       (Need("property.status != 'sold'", "{property} is sold; surveys are for what is on the market"),
        Need("count('survey', property=property, status='ordered') == 0",
             "a survey of {property} is ordered already; one at a time is enough")),
       (Create("survey", {"property": "property", "surveyor": "surveyor", "scope": "scope",
                          "date": "add_days(today, surveyor.lead_days)", "repair_cost": "0", "pages": "0",
                          "status": "'ordered'"}),),
       asks={"scope": Wanted(Extra.CHOICE, Detail("scope", ("a survey",), "What sort of survey should it be?",
                                                  ("sort", "kind", "scope", "which survey"),
                                                  ("{x}.", "{x}, please.")), "How thorough it is.", words.SCOPES)},
       gives={"cost": Money(value="surveyor.fee + rule('handling charge')"
                                  " + (rule('structural surcharge') if scope == 'structural' else 0)", whole=True)}),
    Do("request_funds_check", "Asks our compliance desk to check where a buyer's money comes from.", "buyer",
       "request a funds check for {buyer} | have the funds of {buyer} checked"
       " | ask the compliance desk to check the funds of {buyer}",
       (Need("buyer.funds_check == 'none'",
             "the funds check of buyer {buyer} is {buyer.funds_check} already; nothing needs to be requested"),),
       (Set("buyer", {"funds_check": "'requested'"}),)),
)
