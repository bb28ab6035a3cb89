"""The handbook of an estate agency: what its people keep to although no tool makes them."""

from __future__ import annotations

from ftrl_gym.construct.declare import Also, Clause, Fix

# fmt: off
CLAUSES = (
    Clause("Our tone",
           "We are polite to owners and buyers alike, we never tell one side what the other has said about its limits,"
           " and we do not comment on the price of a property before the agent in charge has."),
    Clause("Office hours",
           "The office answers the telephone from nine in the morning until six in the evening on weekdays and until"
           " one on Saturdays. Requests that reach us in writing may be dealt with at any hour."),
    Clause("Beyond the budget",
           "We do not take people through homes that they could never pay for. If the asking price of a property is"
           " more than {} percent above the buyer's budget, no viewing of it is booked for that buyer.",
           "book_viewing", "property.asking_price > buyer.budget * (100 + figure) / 100", values=(20, 30, 40)),
    Clause("Offices are shown by appointment with the tenant",
           "Properties of the kind office are usually let while they are for sale. Viewings of an office are therefore"
           " arranged by the agent in charge in person, together with the tenant, and are not booked by this desk.",
           "book_viewing", "property.kind == 'office'"),
    Clause("Short notice",
           "Owners tidy up and take time off for a viewing. A viewing that is less than {} days away stays where it is:"
           " this desk does not move it to another day, whether earlier or later.",
           "move_viewing", "days_until(viewing.date) < figure", values=(8, 10, 12)),
    Clause("Open funds checks",
           "While the funds check of a buyer is requested and has not been passed, nothing they arranged with us is"
           " undone. A viewing of such a buyer is not cancelled by this desk; the agent rings the buyer first.",
           "cancel_viewing", "viewing.buyer.funds_check == 'requested'"),
    Clause("Efficient homes",
           "Properties with the energy rating A or B sell at the price that is asked. We make no offer below the asking"
           " price for a property with one of these two ratings.",
           "make_offer", "property.energy in ('A', 'B')"),
    Clause("Borrowed money",
           "A buyer whose source of funding is a mortgage can only pay once the lender has agreed. Whatever such a"
           " buyer says about the condition, an offer on their behalf is always made subject to a mortgage.",
           "make_offer", "buyer.funding == 'mortgage'", Fix("condition", "mortgage")),
    Clause("Offers without conditions",
           "An offer that was made without conditions is worth more than a few thousand euros. We do not counter such"
           " an offer for the seller: it is either accepted or left to expire.",
           "counter_offer", "offer.condition == 'nothing'"),
    Clause("What sellers ask for",
           "An offer that was made by the seller binds the buyer once it is accepted, and buyers say so with their"
           " signature at the branch. This desk does not accept offers that the seller made.",
           "accept_offer", "offer.made_by == 'seller'"),
    Clause("Savings",
           "Where a buyer's source of funding is savings, the law wants to know where they come from. When an offer"
           " of such a buyer is accepted and no funds check has been requested for them yet (their funds check is"
           " none), a funds check is requested for that buyer as well.",
           "accept_offer", "offer.buyer.funding == 'savings' and offer.buyer.funds_check == 'none'",
           Also("request_funds_check", {"buyer": "offer.buyer"})),
    Clause("Large offers",
           "Withdrawing an offer of more than {} thousand euros is a matter for the agent who advises the buyer. This"
           " desk does not withdraw such an offer.",
           "withdraw_offer", "offer.amount > figure * 1000", values=(750, 850, 950)),
    Clause("Price cuts of newcomers",
           "An agent who has closed fewer than {} sales this year discusses every price cut with the branch manager."
           " This desk does not cut the asking price of a property that such an agent is in charge of.",
           "cut_price", "property.agent.sales < figure", values=(18, 22, 26)),
    Clause("Houses are surveyed in depth",
           "A house has a roof, cellars and drains of its own. Whoever asks for a survey of a property of the kind"
           " house gets a structural survey, whatever sort they have named.",
           "order_survey", "property.kind == 'house'", Fix("scope", "structural")),
    Clause("Surveyors who keep us waiting",
           "A sale does not wait for a report. We order no survey from a surveyor whose lead time is more than {}"
           " days.",
           "order_survey", "surveyor.lead_days > figure", values=(15, 16, 17)),
)
