"""Words: what a native speaker would stumble over is not said."""

from __future__ import annotations

import datetime
import random
import re
from dataclasses import replace

import pytest

from ftrl_gym.construct import wording
from ftrl_gym.construct.answering import Ground, NoQuestion, answer_of
from ftrl_gym.construct.asking import Unsaid, say
from ftrl_gym.construct.binding import Binder
from ftrl_gym.construct.composing import draw
from ftrl_gym.construct.dates import Calendar
from ftrl_gym.construct.domain import Extra, Pick, Search
from ftrl_gym.construct.endless import endless_task, world_of
from ftrl_gym.construct.frames import FRAMES, Sort
from ftrl_gym.construct.phrasing import MOST_LINKS, Speaker
from ftrl_gym.construct.programs import Anchor, Attr, Combined, Follow, Member, Op, Program, Walk
from ftrl_gym.construct.reading import FEWEST, Reader
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.wording import links, listed, shortened, superlative
from ftrl_gym.counterpart import Heard, reply
from ftrl_gym.task import Kind, ScriptedUser, Slot, Split, Task

ground = scenario("TravelBooking").ground
make_world = scenario("TravelBooking").make_world
DETAILS = {name: thing.detail for name, thing in scenario("TravelBooking").domain.things.items() if thing.detail}
DAY = scenario("TravelBooking").domain.day
ISO = re.compile(r"\d{4}-\d\d-\d\d")
SPOKEN = re.compile(r"\b(?:May|June|July) \d|\d (?:May|June|July)\b")
WEEKDAY = re.compile(r"\bthis \w+day\b")


@pytest.fixture(scope="module")
def tasks() -> list[Task]:
    """Tasks with every dial on."""
    found = []
    for number in range(160):
        features = ((), ("user",), ("state",), ("state", "user"))[number % 4]
        found.append(endless_task(number, ("train", "test")[number // 4 % 2], features=features, certify="quick"))
    return found


@pytest.fixture(scope="module")
def travel() -> Ground:
    return ground(make_world(11, "real"))


# --- length ----------------------------------------------------------------------------------------------------------


def test_no_noun_phrase_holds_more_than_two_possessives(travel: Ground) -> None:
    rng = random.Random(1)
    seen = 0
    for kind, hops in (("single_hop", 1), ("multi_hop", 3), ("multi_hop", 10), ("parallel_multi_hop", 4)):
        for _ in range(60):
            shape = draw(travel.shapes, rng, Kind(kind), hops, 2 if "parallel" in kind else 1)
            program = Binder(travel.reader, rng).program(shape) if shape is not None else None
            if program is None or program.op is not Op.VALUE or not all(map(travel.reader.keys, _ends(program))):
                continue
            text = say(Speaker(travel.reader, rng, Split.TRAIN), program).text
            seen += 1
            for sentence in re.split(r"[.?:] ", text):
                assert links(sentence) <= MOST_LINKS, text
    assert seen > 80


def _ends(program: Program) -> list[Walk]:
    value = program.values[0]
    return list(value.walks) if isinstance(value, Combined) else [value.walk]


def test_sentences_stay_short_enough_to_follow(tasks: list[Task]) -> None:
    for task in tasks:
        assert max(len(sentence.split()) for sentence in re.split(r"[.?] ", task.question)) < 70, task.question


def test_a_thing_taken_once_is_not_taken_again(tasks: list[Task]) -> None:
    for task in tasks:
        leads = re.split(r"(?<=[.?]) ", task.question)
        assert len(leads) == len(set(leads)), task.question


# --- superlatives and counts -----------------------------------------------------------------------------------------


def test_a_question_says_please_once_and_looks_at_nothing_that_is_to_be_written_down(tasks: list[Task]) -> None:
    plain = [task.question for task in tasks if "state" not in task.features]
    assert plain
    for text in plain:
        assert text.lower().count("please") < 2, text
        assert "have a look" not in text or "What do I put" not in text, text


def test_a_superlative_has_two_to_choose_from(travel: Ground) -> None:
    steps = [step for step in travel.domain.steps.values() if isinstance(step, Search)]
    checked = 0
    for step in steps:
        if step.pick not in (Pick.LOWEST, Pick.HIGHEST):
            continue
        binds = travel.domain.documents[step.tool].binds
        columns = [binds[p].partition(".")[2] for p in (*step.arguments, *step.fixed, *filter(None, [step.dated]))]
        table = travel.world.tables[travel.domain.thing(step.target).entity]
        for key in travel.reader.picks(step):
            rivals = [row for row in table.values() if all(row[c] == table[key][c] for c in columns)]
            assert len(rivals) >= FEWEST
            assert not step.among or any(row[step.among] for row in rivals)
            checked += 1
    assert checked > 50


def test_the_cheapest_of_one_is_not_asked_for(travel: Ground) -> None:
    cars = list(travel.world.tables["cars"].values())
    lone = next(c for c in cars if sum((c["city"], c["class"]) == (d["city"], d["class"]) for d in cars) == 1)
    city = (Anchor("city", lone["city"]),)
    cheapest = Follow(f"cheapest {lone['class']}", "car", city)
    with pytest.raises(NoQuestion):
        answer_of(Program(Op.VALUE, (Attr(cheapest, "model"),)), travel)
    only = Follow(f"{lone['class']} in", "car", city)
    assert answer_of(Program(Op.VALUE, (Attr(only, "model"),)), travel).value == lone["model"]


def test_of_three_one_is_the_most() -> None:
    assert superlative("has fewer seats left") == "has the fewest seats left"
    assert superlative("has the shorter transfer into town") == "has the shortest transfer into town"
    assert superlative("is more expensive") == "is the most expensive"
    assert superlative("was made later") == "was made latest"
    for attribute in (a for thing in ground(make_world(1, "real")).domain.things.values()
                      for a in thing.attributes.values() if a.low):  # fmt: skip
        assert superlative(attribute.low) != attribute.low
        assert superlative(attribute.high) != attribute.high


def test_counts_read_as_one_sentence() -> None:
    counts = [frame for frame in FRAMES[Op.COUNT] if frame.sort is Sort.ROWS]
    assert all("{plural}" in frame.text for frame in counts)
    text = counts[0].text.format(plural="direct flights", place="from EDI to HAM on 12 June")
    assert text == "How many direct flights are there from EDI to HAM on 12 June?"


# --- frames ----------------------------------------------------------------------------------------------------------


def test_what_follows_a_name_varies_in_training() -> None:
    after = set()
    for frame in FRAMES[Op.VALUE]:
        if frame.split is not Split.TEST and (found := re.search(r"\{[nN]oun\}(\W?\s?\w*)", frame.text)):
            after.add(found.group(1).strip())
    assert len(after) >= 8, after
    assert sum(frame.split is Split.TEST for frame in FRAMES[Op.VALUE]) == 2


def test_only_what_people_choose_is_chosen_between() -> None:
    court = scenario("Court")
    reader = Reader(court.domain, court.make_world(3, "real"))

    def families(thing: str, attribute: str) -> set[str]:
        rng = random.Random(5)
        found = [Binder(reader, rng).walk(Anchor(thing)) for _ in range(2)]
        walks = [walk for walk in found if walk is not None]
        program = Program(Op.LOWEST, tuple(Attr(walk, attribute) for walk in walks))
        return {say(Speaker(reader, rng, split), program).family for split in Split for _ in range(40)}

    things = court.domain.things
    assert things["lawyer"].chosen and not things["hearing"].chosen
    attribute = {
        name: next(a for a, each in things[name].attributes.items() if each.low) for name in ("lawyer", "hearing")
    }
    assert {"lowest/choose", "lowest/help"} <= families("lawyer", attribute["lawyer"])
    assert not {"lowest/choose", "lowest/help"} & families("hearing", attribute["hearing"])


def test_a_value_kept_back_does_not_repeat_the_noun_before_it() -> None:
    smart = scenario("SmartHome").domain.actions["set_level"]
    (kept,) = smart.extras["level"][1].nouns
    for request in smart.requests:
        text = wording.said_once(request.format(device="that lamp", level=kept))
        assert text.endswith("to another level")
        assert not wording.stutters(text)


def test_lists_and_comparisons_do_not_repeat_what_they_are_about() -> None:
    names = ["Riga", "Oslo", "Bergen"]
    form = "the language spoken in {x}"
    assert wording.joined(listed([form] * 3, names)) == "the language spoken in Riga, in Oslo and in Bergen"
    assert shortened([form] * 2, names[:2]) == ["the language spoken in Riga", "that spoken in Oslo"]
    assert shortened([form, "the country of {x}"], names[:2]) == ["the language spoken in Riga", "the country of Oslo"]


def test_what_one_does_to_each_of_several_things_is_not_said_of_all_of_them(travel: Ground) -> None:
    assert wording.acts_on("the shop that sells {x}")
    assert not wording.acts_on("the percentage of a bill that {x} covers")
    search = next(step for step in travel.domain.steps.values() if isinstance(step, Search) and step.target == "hotel")
    rng = random.Random(2)
    bound = Binder(travel.reader, rng).walk(Follow(search.name, "hotel", (Anchor("city"),)))
    assert isinstance(bound, Follow)
    thing = travel.domain.things["hotel"]
    sells = replace(thing.attributes["district"], nouns=("the office that manages {x}",))
    changed = {**travel.domain.things, "hotel": replace(thing, attributes={**thing.attributes, "district": sells})}
    reader = Reader(replace(travel.domain, things=changed), travel.world)
    program = Program(Op.LIST, (Attr(Member(bound, 0), "district"),), bound, gathers="district")
    with pytest.raises(Unsaid):
        say(Speaker(reader, rng, Split.TRAIN), program)


@pytest.mark.parametrize("name", ["TravelBooking", "Clinic", "Bank", "Shop", "League", "Logistics"])
def test_filters_are_said_as_people_would_and_ids_by_their_nouns(name: str) -> None:
    filters = 0
    for seed in range(20001, 20080):
        task = endless_task(
            seed, scenario=name, kinds=["parallel_multi_hop"], difficulty=0.9, certify="quick", scalings=("extension",)
        )
        filters += "filter(" in task.program
        said = " ".join([task.question, *(sub.question for sub in task.sub_questions)])
        assert not re.search(
            r"have the (?:name|sector|payee|district)|have an? experience|\b(?:no|to account) of\b", said
        )
        if filters == 2:
            return
    raise AssertionError("too few questions with a filter")


# --- dates -----------------------------------------------------------------------------------------------------------


def test_a_question_has_one_way_to_say_dates(tasks: list[Task]) -> None:
    dated = 0
    for task in tasks:
        styles = [bool(style.search(task.question)) for style in (ISO, SPOKEN, WEEKDAY)]
        assert sum(styles) <= 1, task.question
        dated += any(styles)
    assert dated > 20


def test_a_weekday_is_rare_and_stands_for_the_right_day() -> None:
    said, weekdays = 0, 0
    for seed in range(1200):
        calendar = Calendar("2026-05-04", random.Random(seed), lone=True)
        day = datetime.date(2026, 5, 5) + datetime.timedelta(days=seed % 50)
        text = calendar.on(day.isoformat())
        said += 1
        if WEEKDAY.search(text):
            weekdays += 1
            assert f"{day:%A}" in text
            assert 0 < (day - datetime.date(2026, 5, 4)).days < 7
        assert day.isoformat() in (text.removeprefix("on "), *calendar.derived)
    assert 0 < weekdays <= said * 0.05


# --- requests --------------------------------------------------------------------------------------------------------


def test_a_booking_is_put_off_to_a_later_day_only() -> None:
    later = re.compile(r"\b(?:off until|postpone|push) ?", re.IGNORECASE)
    sooner = re.compile(r"\bforward to\b")
    seen = {"later": 0, "sooner": 0}
    for number in range(2000, 2220):
        task = endless_task(number, kinds=["single_hop"], features=("state",), certify="quick", scalings=())
        moves = [call for call in task.plans[0].calls() if call.tool == "change_booking"]
        if not moves:
            continue
        before = world_of(task.world).tables["bookings"][moves[0].arguments["reference"]]["date"]
        if later.search(task.question):
            seen["later"] += 1
            assert moves[0].arguments["date"] > before, task.question
        if sooner.search(task.question):
            seen["sooner"] += 1
            assert moves[0].arguments["date"] < before, task.question
    assert all(seen.values()), seen


def test_a_date_kept_back_leaves_no_hollow_words(tasks: list[Task], travel: Ground) -> None:
    move = travel.domain.actions["change_booking"]
    assert move.open
    assert all("{date}" not in text for text in move.open)
    assert not any("so that it is" in task.question or "on another day" in task.question for task in tasks)
    assert [kind for kind, _ in move.extras.values()] == [Extra.DATE]


def test_what_is_kept_back_is_named_once(tasks: list[Task]) -> None:
    nouns = [noun for detail in DETAILS.values() for noun in detail.nouns]
    for task in tasks:
        assert all(task.question.lower().count(noun) <= 1 for noun in nouns), task.question


def test_two_wishes_are_not_about_one_booking() -> None:
    for number in range(60):
        task = endless_task(number, kinds=["parallel_single_hop"], features=("state",), certify="quick")
        references = [
            call.arguments.get("reference") for call in task.plans[0].calls() if "reference" in call.arguments
        ]
        assert len(references) == len(set(map(str, references))), task.question


def test_a_follow_up_is_set_off_by_a_comma(tasks: list[Task]) -> None:
    for task in tasks:
        assert not re.search(r"[^,] and (?:pay|confirm|cancel)\b", task.question), task.question


# --- what is kept back -----------------------------------------------------------------------------------------------

_ASKED = {
    "flight": ("Which flight do you mean?", "Could you tell me the flight number?", "Which one?"),
    "train": ("Which train is it?", "What is the train number?", "Which one?"),
    "loyalty account": ("What is your loyalty number?", "Which account do you mean?", "Which one?"),
    "traveller": ("Who is your client?", "What is the traveller's name?", "Which one?"),
    "city": ("Which one?", "Which city do you mean?", "Where are you going?", "What is your destination?"),
    "airline": ("Which airline?", "Which one is it?", "What carrier are you flying with?"),
    "hotel booking": ("Which booking?", "What is the reference?", "Which one?", "What is your booking number?"),
}


@pytest.mark.parametrize("thing", sorted(_ASKED))
def test_the_user_understands_natural_questions(thing: str) -> None:
    detail = DETAILS[thing]
    user = ScriptedUser(slots=(Slot(name=detail.name, cues=detail.cues, reply="Told."),))
    for question in (detail.ask, *_ASKED[thing]):
        assert reply(user, Heard(), question).text == "Told.", question


def test_the_user_understands_questions_for_a_date() -> None:
    assert DAY is not None
    user = ScriptedUser(slots=(Slot(name=DAY.name, cues=DAY.cues, reply="On 12 May."),))
    for question in (DAY.ask, "When?", "What day?", "Which dates do you have in mind?"):
        assert reply(user, Heard(), question).text == "On 12 May.", question


def test_trains_have_no_stops(tasks: list[Task]) -> None:
    assert not [task.question for task in tasks if re.search(r"\b(?:first|last) stop\b", task.question)]
