"""What a supplier of power, gas and water does, the figures its tools enforce, and its handbook."""

from __future__ import annotations

from ftrl_gym.construct.declare import (  # isort: skip
    Also, Clause, Create, Detail, Do, Extra, Fix, Need, Rule, Set, SetEach, Wanted,
)  # fmt: skip

# fmt: off
MODELS = {"smart": "with a smart one", "standard": "with a standard one"}
DAY = Detail("day", ("",), "Which day is it?", ("day", "date", "when"), ("{x}.", "On {x}."))
MONTHS = Detail("months", ("a few",), "Over how many months should it be spread?", ("how many", "months", "how long"),
                ("{x} months.", "{x}, please.", "{x}."))
UNITS = Detail("units", ("some",), "How many units more does it show?", ("how many", "units"), ("{x} units.", "{x}."))
MODEL = Detail("model", ("",), "Should it be a smart meter or a standard one?", ("smart", "model", "kind", "which"),
               ("{x}.", "{x}, please."))
WHEN = Detail("date", ("",), "To which day should it be moved?", ("day", "date", "when"), ("To {x}.", "{x}, please."))

RULES = (
    Rule("payment term", tuple(range(10, 29)), "days", "An invoice is due {} days after its date."),
    Rule("longest plan", tuple(range(6, 13)), "months", "A payment plan runs for {} months at most."),
    Rule("least rate", (3, 4, 5, 6, 7, 8), "EUR", "A monthly rate under a payment plan is {} euros at least."),
    Rule("plan fee", tuple(range(5, 26)), "EUR", "Agreeing on a payment plan adds {} euros to the arrears."),
    Rule("switching fee", tuple(range(8, 36)), "EUR", "Leaving a tariff for another adds {} euros to the arrears."),
    Rule("meter fee", tuple(range(40, 125, 5)), "EUR", "Replacing a meter adds {} euros to the arrears."),
    Rule("meter age", tuple(range(300, 760, 20)), "days", "A meter is replaced {} days after its installation."),
    Rule("outage horizon", tuple(range(36, 64)), "days", "Planned outages lie at most {} days ahead."),
    Rule("outage notice", (1, 2, 3), "days", "A planned outage is moved up to {} days before its date."),
    Rule("compensation", tuple(range(5, 41)), "EUR", "Each supply cut of an outage that is over brings {} euros."),
    Rule("plausible use", (4, 5, 6), "units", "A reading by phone is at most {} units above the last one."),
)

WRITING = (
    Do("record_reading", "Records a reading of today that somebody phones in: so many units above the last one.",
       "meter",
       "record a reading of {meter}, {units} units above the last one"
       " | note down that {meter} shows {units} units more",
       (Need("meter.status == 'in use'", "meter {meter} was removed; name the meter in use on its connection"),
        Need("units <= rule('plausible use')",
             "at most {rule('plausible use')} units more are plausible; somebody must look at the meter")),
       (Create("reading", {"meter": "meter", "date": "today", "units": "meter.shows + units",
                           "taken_by": "'a customer'"}),
        Set("meter", {"shows": "meter.shows + units"})),
       asks={"units": Wanted(Extra.COUNT, UNITS, "Units above the last reading.")}),
    Do("change_tariff", "Puts a contract on another tariff for the same medium.", "contract tariff",
       "put {contract} on {tariff} | move {contract} to {tariff} | switch {contract} over to {tariff}",
       (Need("contract.tariff != tariff", "contract {contract} is on {tariff} already; name another tariff"),
        Need("tariff.medium == contract.connection.medium",
             "{tariff} is for {tariff.medium}; this contract takes a tariff for {contract.connection.medium}")),
       (Set("contract", {"tariff": "tariff", "arrears": "contract.arrears + rule('switching fee')"}),)),
    Do("agree_plan", "Lets an open invoice be paid in monthly rates.", "invoice",
       "spread {invoice} over {months} months | agree on a payment plan of {months} months for {invoice}",
       (Need("invoice.status == 'open'", "invoice {invoice} is {invoice.status}; only an open one can be spread"),
        Need("months <= rule('longest plan')",
             "a payment plan runs for {rule('longest plan')} months at most; choose fewer"),
        Need("invoice.amount >= months * rule('least rate')",
             "a rate is {rule('least rate')} euros at least; choose fewer months")),
       (Create("payment plan", {"invoice": "invoice", "months": "months", "agreed": "today", "status": "'running'",
                                "rate": "round(invoice.amount / months, 2)"}),
        Set("invoice", {"status": "'in instalments'"}),
        Set("invoice.contract", {"arrears": "invoice.contract.arrears + rule('plan fee')"})),
       asks={"months": Wanted(Extra.COUNT, MONTHS, "Number of monthly rates.")}, follow_ups=("end_plan",)),
    Do("end_plan", "Ends a running payment plan, so that its invoice is open again.", "plan:payment_plan",
       "end {plan} | stop {plan} | see to it that {plan} is ended",
       (Need("plan.status == 'running'", "payment plan {plan} has ended already; nothing needs to be done"),),
       (Set("plan", {"status": "'ended'"}), Set("plan.invoice", {"status": "'open'"})),
       regret="Sorry, they would rather pay at once: end that plan again, please."
              " | On second thoughts, please end that payment plan again."),
    Do("replace_meter", "Replaces a meter that is old enough by a new one, which begins at zero.", "meter",
       "replace {meter} {model} | have {meter} replaced {model}",
       (Need("meter.status == 'in use'", "meter {meter} was removed already; nothing needs to be done"),
        Need("days_until(meter.installed) <= -rule('meter age')",
             "it is too early: a meter is replaced {rule('meter age')} days after its installation")),
       (Create("meter", {"connection": "meter.connection", "model": "model", "location": "meter.location",
                         "installed": "today", "owner": "'utility'", "shows": "0", "status": "'in use'"}),
        Set("meter", {"status": "'removed'"}),
        Set("contract(payer)", {"arrears": "contract(payer).arrears + rule('meter fee')"})),
       lets={"payer": "first('contract', 'started', connection=meter.connection)"},
       asks={"model": Wanted(Extra.CHOICE, MODEL, "Model of the new meter.", MODELS)}),
    Do("hand_over", "Hands a contract over from a tenant who moves out to the landlord of the house.", "contract",
       "hand {contract} over to the landlord of its house | have the landlord of its house take over {contract}",
       (Need("contract.customer != contract.connection.house.landlord",
             "contract {contract} is the landlord's already; nothing needs to be done"),),
       (Set("contract", {"customer": "contract.connection.house.landlord", "started": "today", "arrears": "0"}),
        Set("contract.customer", {"credit": "contract.customer.credit - contract.arrears"}))),
    Do("order_inspection", "Orders the inspection of a connection.", "connection",
       "order an inspection of {connection} | have {connection} inspected",
       (Need("connection.inspection == 'none'", "an inspection of {connection} is ordered already; one is enough"),),
       (Set("connection", {"inspection": "'ordered'"}),)),
    Do("move_outage", "Moves a planned outage to another day.", "outage",
       "move {outage} to {date} | reschedule {outage} for {date} | change the date of {outage} to {date}",
       (Need("outage.status == 'planned'", "outage {outage} is {outage.status}; only a planned one can be moved"),
        Need("outage.date != date", "outage {outage} is on {date} already; name another day"),
        Need("days_until(outage.date) >= rule('outage notice')",
             "it is too late to move {outage}: that takes {rule('outage notice')} days' notice"),
        Need("days_until(date) <= rule('outage horizon')",
             "outages are planned at most {rule('outage horizon')} days ahead; choose an earlier day"),
        Need("count('outage', crew=outage.crew, date=date) == 0",
             "{outage.crew} has another outage on {date}; choose another day")),
       (Set("outage", {"date": "date"}),),
       asks={"date": Wanted(Extra.DATE, WHEN, "The new day as YYYY-MM-DD.")},
       sooner="bring {outage} forward to {date}",
       put_off="put {outage} off until {date} | postpone {outage} to {date} | push {outage} back to {date}",
       open="move {outage} to another day | reschedule {outage} | change the date of {outage}"),
    Do("end_outage", "Declares an open outage over: its crew is free, and every supply cut brings compensation.",
       "outage",
       "declare {outage} over | close {outage} | see to it that {outage} is closed",
       (Need("outage.status == 'open'", "outage {outage} is {outage.status}; only an open one can be declared over"),),
       (Set("outage", {"status": "'over'"}), Set("outage.crew", {"status": "'free'"}),
        SetEach("supply cut", {"outage": "outage"}, {"compensation": "rule('compensation')"}))),
)

CLAUSES = (
    Clause("smart meters",
           "Smart meters send their readings by themselves. We do not record a reading of a smart meter by hand; the"
           " caller may look it up in the portal.",
           "record_reading", "meter.model == 'smart'"),
    Clause("young contracts",
           "Whoever has just signed has been advised just now. A contract that began less than {} days ago is not put"
           " on another tariff, whoever asks for it.",
           "change_tariff", "days_until(contract.started) > -figure", values=(360, 420, 480)),
    Clause("night tariffs",
           "A night tariff needs a second counter, which somebody has to see first. We do not put a contract on a"
           " tariff of the kind night; the field service does after its visit.",
           "change_tariff", "tariff.kind == 'night'"),
    Clause("large invoices",
           "Invoices of more than {} euros are spread by the credit team only, because it asks for proof of income."
           " We agree on no payment plan for them ourselves.",
           "agree_plan", "invoice.amount > figure", values=(680, 730, 780)),
    Clause("businesses",
           "A business pays its invoices in full or talks to its account manager. For an invoice on a business contract"
           " we agree on no payment plan.",
           "agree_plan", "invoice.contract.type == 'business'"),
    Clause("no reception",
           "There is no reception below ground or between concrete walls. A meter in a cellar or in a garage is always"
           " replaced with a standard one, even where a smart one is asked for.",
           "replace_meter", "meter.location in ('cellar', 'garage')", Fix("model", "standard")),
    Clause("meters of landlords",
           "A meter whose owner is the landlord is not ours to touch. We do not replace it; the landlord calls a firm"
           " of their own.",
           "replace_meter", "meter.owner == 'landlord'"),
    Clause("gas and tenants who leave",
           "Nobody shall move into a flat with a leak. When a contract for gas is handed over, we order an inspection"
           " of its connection as well, unless one is ordered already.",
           "hand_over", "contract.connection.medium == 'gas' and contract.connection.inspection == 'none'",
           Also("order_inspection", {"connection": "contract.connection"})),
    Clause("debts stay",
           "A landlord does not take over what a tenant owes. As long as the arrears on a contract are more than {}"
           " euros, we do not hand it over.",
           "hand_over", "contract.arrears > figure", values=(240, 260, 280)),
    Clause("new pipes and cables",
           "What has been laid lately was tested on that day. We order no inspection of a connection that was laid less"
           " than {} days ago.",
           "order_inspection", "days_until(connection.laid) > -figure", values=(3200, 3800, 4400)),
    Clause("water",
           "Planned outages at nodes of a water network are settled with the fire brigade. We do not move them, not"
           " even by a day.",
           "move_outage", "outage.node.network.medium == 'water'"),
    Clause("long outages",
           "An outage that is estimated to take more than {} hours has been announced in the newspaper. It is not moved"
           " any more.",
           "move_outage", "outage.hours > figure", values=(20, 21, 22)),
    Clause("substations",
           "What happens at a substation is decided in the control room. We do not declare an outage at a node of the"
           " tier substation over, even if the lights are on again.",
           "end_outage", "outage.node.tier == 'substation'"),
    Clause("hours",
           "The service desk works from 6 in the morning until 10 at night. Whoever reports a smell of gas is told at"
           " any hour to open the windows, to touch no switch, and to leave the house."),
    Clause("tenants and landlords",
           "A landlord hears nothing about the use or the debts of a tenant, and a tenant hears nothing about the"
           " landlord but the name. Caretakers are told about outages only."),
    Clause("tone",
           "We do not lecture anybody about saving energy. We name amounts with their currency, dates in full, and we"
           " say sorry for an outage before we explain it."),
)
