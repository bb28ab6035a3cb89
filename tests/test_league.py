"""League: two clubs in one fixture, fixtures moved in either direction, bans, injuries and transfers that change more
than one row, and chains of eight look-ups."""

from __future__ import annotations

import functools
import random
import re
from collections import Counter, deque
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from tool_calls import fails, figure_of, row_of, run

from ftrl_gym.construct.binding import Binder
from ftrl_gym.construct.endless import endless_task, world_of
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Op, Program, Walk
from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.shapes import cost
from ftrl_gym.task import Kind, ScriptedUser, Task
from ftrl_gym.world import Row, World, WorldBase

TODAY = date(2026, 5, 4)
MOVING = re.compile(r"(?P<sooner>[Bb]ring .+ forward to)|(?P<later>[Pp]ut .+ off until|[Pp]ostpone|[Pp]ush .+ back to)")


@pytest.fixture(scope="module")
def league() -> Source:
    return scenario("League")


@pytest.fixture(scope="module", params=[(0, "real"), (1, "mixed"), (2, "syllables"), (3, "real")])
def base(request: pytest.FixtureRequest, league: Source) -> WorldBase:
    return league.make_world(*request.param)


@pytest.fixture
def world(league: Source) -> World:
    return World(league.make_world(5, "real"))


_run = functools.partial(run, "League")
_fails = functools.partial(fails, "League")


def _day(after: int) -> str:
    return (TODAY + timedelta(days=after)).isoformat()


def _until(day: str) -> int:
    return (date.fromisoformat(day) - TODAY).days


# --- data ------------------------------------------------------------------------------------------------------------


def test_a_fixture_has_two_clubs_and_a_neutral_referee(base: WorldBase) -> None:
    clubs, referees = base.tables["clubs"], base.tables["referees"]
    for fixture in base.tables["fixtures"].values():
        home, away = clubs[fixture["home"]], clubs[fixture["away"]]
        assert home != away
        assert referees[fixture["referee"]]["association"] not in (home["association"], away["association"])
        grounds = (home["stadium"], away["stadium"])
        assert fixture["venue"] == grounds[0] if fixture["competition"] == "league" else fixture["venue"] not in grounds
        assert fixture["tickets"] <= base.tables["stadiums"][fixture["venue"]]["capacity"]
        assert fixture["status"] == ("played" if _until(fixture["date"]) < 0 else "scheduled")


def test_cases_are_about_players_of_the_fixture(base: WorldBase) -> None:
    for case in base.tables["cases"].values():
        fixture = base.tables["fixtures"][case["fixture"]]
        assert fixture["status"] == "played"
        assert base.tables["players"][case["player"]]["club"] in (fixture["home"], fixture["away"])
        assert (case["status"] == "open") == (_until(case["deadline"]) >= 0) == (case["ban"] == 0)


def test_transfers_lead_to_or_away_from_the_club_of_today(base: WorldBase) -> None:
    for transfer in base.tables["transfers"].values():
        club = base.tables["players"][transfer["player"]]["club"]
        assert transfer["seller"] != transfer["buyer"]
        assert club == transfer["buyer" if transfer["status"] == "completed" else "seller"]
    for injury in base.tables["injuries"].values():
        assert injury["back"] == (date.fromisoformat(injury["date"]) + timedelta(weeks=injury["weeks"])).isoformat()
        assert (injury["status"] == "current") == (injury["back"] > TODAY.isoformat())


# --- actions ---------------------------------------------------------------------------------------------------------


def _scheduled(world: World) -> Iterator[tuple[str, Row]]:
    """Fixtures that may still be moved."""
    notice = figure_of(world, "moving notice")
    return ((key, row) for key, row in world.find("fixtures", status="scheduled") if _until(row["date"]) >= notice)


def _free(world: World, fixture: Row) -> Iterator[str]:
    """Days within the range on which neither the venue nor a club is taken."""
    rows = [row for _, row in world.rows("fixtures")]
    for after in range(1, 60):
        clubs = {fixture["home"], fixture["away"]}
        busy = [r for r in rows if r["date"] == _day(after) and (r["venue"] == fixture["venue"] or
                                                                 clubs & {r["home"], r["away"]})]  # fmt: skip
        if not busy and abs(after - _until(fixture["date"])) <= figure_of(world, "moving range"):
            yield _day(after)


def test_a_fixture_is_moved_forward_or_back(world: World) -> None:
    number, fixture = next((key, row) for key, row in _scheduled(world) if _until(row["date"]) > 10)
    days = list(_free(world, fixture))
    assert days[0] < fixture["date"] < days[-1]
    for day in (days[0], days[-1]):
        start = world.snapshot()
        assert _run(world, "move_fixture", fixture_no=number, date=day) == {"fixture_no": number, "date": day}
        found = _run(world, "find_fixture", venue=fixture["venue"], date=day)["fixtures"]
        assert [each["fixture_no"] for each in found] == [number]
        assert row_of(world, "fixtures", number) == {**fixture, "date": day}
        world.restore(start)


def test_a_fixture_is_not_moved_against_the_rules(world: World) -> None:
    number, fixture = next((key, row) for key, row in _scheduled(world) if _until(row["date"]) < 20)
    _fails(world, "already; name another day", "move_fixture", fixture_no=number, date=fixture["date"])
    _fails(world, "is past: today is 2026-05-04", "move_fixture", fixture_no=number, date=_day(-1))
    far = _day(_until(fixture["date"]) + figure_of(world, "moving range") + 1)
    _fails(world, f"{figure_of(world, 'moving range')} days at most", "move_fixture", fixture_no=number, date=far)
    played, _ = world.find("fixtures", status="played")[0]
    _fails(world, "is played; only a scheduled one", "move_fixture", fixture_no=played, date=_day(20))
    day = next(_free(world, fixture))
    other = next(key for key, _ in _scheduled(world) if key != number)
    world.update("fixtures", other, venue=fixture["venue"], date=day)
    _fails(world, f"{fixture['venue']} is taken on {day}", "move_fixture", fixture_no=number, date=day)
    for club in ("home", "away"):
        for side in ("home", "away"):
            world.update("fixtures", other, **{"venue": "", "home": "", "away": "", side: fixture[club]})
            _fails(world, f"{fixture[club]} has another fixture", "move_fixture", fixture_no=number, date=day)
    world.update("fixtures", number, date=_day(figure_of(world, "moving notice") - 1))
    _fails(world, "days' notice", "move_fixture", fixture_no=number, date=_day(9))


def test_another_stadium_must_be_large_enough_and_free(world: World) -> None:
    number, fixture = next(_scheduled(world))
    stadiums = {key: row["capacity"] for key, row in world.rows("stadiums") if key != fixture["venue"]}
    large = max(stadiums, key=lambda key: stadiums[key])
    _fails(world, "already; name another stadium", "change_venue", fixture_no=number, stadium=fixture["venue"])
    world.update("fixtures", number, tickets=stadiums[large] + 1)
    _fails(world, f"holds {stadiums[large]}, and {stadiums[large] + 1} tickets", "change_venue", fixture_no=number,
           stadium=large)  # fmt: skip
    world.update("fixtures", number, tickets=stadiums[large])
    other = next(key for key, _ in _scheduled(world) if key != number)
    world.update("fixtures", other, venue=large, date=fixture["date"])
    _fails(world, f"{large} is taken on {fixture['date']}", "change_venue", fixture_no=number, stadium=large)
    world.update("fixtures", other, date=_day(70))
    assert _run(world, "change_venue", fixture_no=number, stadium=large)["venue"] == large


def test_a_referee_must_be_neutral_and_free(world: World) -> None:
    number, fixture = next(_scheduled(world))
    sides = [row_of(world, "clubs", fixture[side])["association"] for side in ("home", "away")]
    for association in sides:
        partial = world.find("referees", association=association)[0][0]
        _fails(world, f"belongs to {association}", "assign_referee", fixture_no=number, referee=partial)
    _fails(world, "already", "assign_referee", fixture_no=number, referee=fixture["referee"])
    neutral = [key for key, row in world.rows("referees") if row["association"] not in sides]
    referee = next(key for key in neutral if key != fixture["referee"])
    other = next(key for key, _ in _scheduled(world) if key != number)
    world.update("fixtures", other, referee=referee, date=fixture["date"])
    _fails(world, "has another fixture", "assign_referee", fixture_no=number, referee=referee)
    world.update("fixtures", other, date=_day(70))
    _run(world, "assign_referee", fixture_no=number, referee=referee)
    assert _run(world, "get_fixture", fixture_no=number)["referee"] == referee


def test_an_injury_is_reported_once_and_healed_once(world: World) -> None:
    player = next(key for key, _ in world.rows("players") if not world.find("injuries", player=key, status="current"))
    most = figure_of(world, "longest absence")
    _fails(world, f"{most} weeks at most", "report_injury", player_id=player, weeks=most + 1, part="knee")
    made = _run(world, "report_injury", player_id=player, weeks=3, part="knee")
    assert (made["date"], made["back"], made["status"]) == (_day(0), _day(21), "current")
    _fails(world, "injury list already", "report_injury", player_id=player, weeks=2, part="head")
    found = _run(world, "list_injuries", player=player, status="current")["injuries"]
    assert [each["injury_no"] for each in found] == [made["injury_no"]]
    assert _run(world, "end_injury", injury_no=made["injury_no"])["back"] == _day(0)
    _fails(world, "healed already", "end_injury", injury_no=made["injury_no"])


def test_a_ban_raises_the_fine_and_may_be_lifted_if_it_is_short(world: World) -> None:
    case, row = world.find("cases", status="open")[0]
    longest, liftable = figure_of(world, "longest ban"), figure_of(world, "reinstatement")
    _fails(world, "no ban to lift", "lift_ban", case_no=case)
    _fails(world, f"{longest} matches at most", "decide_case", case_no=case, matches=longest + 1)
    done = _run(world, "decide_case", case_no=case, matches=2)
    assert done["extra"] == 2 * figure_of(world, "price of a ban") and done["fine"] == row["fine"] + done["extra"]
    _fails(world, "is banned; only an open one", "decide_case", case_no=case, matches=2)
    world.update("cases", case, ban=liftable + 1)
    _fails(world, f"the office lifts up to {liftable}", "lift_ban", case_no=case)
    world.update("cases", case, ban=liftable)
    assert _run(world, "lift_ban", case_no=case) == {"case_no": case, "status": "lifted", "ban": 0}


def _transferable(world: World, abroad: bool) -> tuple[str, Row, str]:
    """A player without ban, agreed transfer or captaincy, and another club with room."""
    captains = {row["captain"] for _, row in world.rows("clubs")}
    for key, row in world.rows("players"):
        bound = world.find("transfers", player=key, status="agreed") or world.find("cases", player=key, status="banned")
        if row["abroad"] is abroad and not bound and key not in captains:
            for club, _ in world.rows("clubs"):
                taken = len(world.find("players", club=club, abroad=True))
                if club != row["club"] and taken < figure_of(world, "players from abroad"):
                    return key, row, club
    raise AssertionError("nobody can be transferred")


def test_a_transfer_is_agreed_and_completed(world: World) -> None:
    player, row, club = _transferable(world, abroad=False)
    start = {"start": _day(figure_of(world, "early completion"))}
    _fails(world, f"is with {row['club']} already", "agree_transfer", player_id=player, club=row["club"], **start)
    made = _run(world, "agree_transfer", player_id=player, club=club, **start)
    assert (made["seller"], made["buyer"], made["fee"]) == (row["club"], club, row["market_value"])
    assert row_of(world, "players", player)["club"] == row["club"]
    _fails(world, "agreed transfer already", "agree_transfer", player_id=player, club=club, **start)
    number = made["transfer_no"]
    world.update("transfers", number, starts=_day(figure_of(world, "early completion") + 1))
    _fails(world, "days from today", "complete_transfer", transfer_no=number)
    world.update("transfers", number, starts=start["start"])
    captain = row_of(world, "clubs", row["club"])["captain"]
    world.update("clubs", row["club"], captain=player)
    _fails(world, "is the captain of", "complete_transfer", transfer_no=number)
    world.update("clubs", row["club"], captain=captain)
    assert _run(world, "complete_transfer", transfer_no=number) == {"transfer_no": number, "status": "completed"}
    assert player in {each["player_id"] for each in _run(world, "list_players", club=club)["players"]}
    assert player not in {each["player_id"] for each in _run(world, "list_players", club=row["club"])["players"]}
    _fails(world, "completed already", "complete_transfer", transfer_no=number)


def test_a_ban_and_too_many_players_from_abroad_stop_a_transfer(world: World) -> None:
    player, _, club = _transferable(world, abroad=True)
    case, row = next(iter(world.rows("cases")))
    world.update("cases", case, player=player, status="banned")
    _fails(world, "banned and cannot be registered", "agree_transfer", player_id=player, club=club, start=_day(20))
    world.update("cases", case, player=row["player"], status=row["status"])
    for key, _ in world.find("players", club=club):
        world.update("players", key, abroad=True)
    _fails(world, "players from abroad already", "agree_transfer", player_id=player, club=club, start=_day(20))


def test_what_is_worked_out_cannot_be_read_elsewhere(league: Source, world: World) -> None:
    agent, about_agent = next(iter(world.rows("agents")))
    player, about_player = next(iter(world.rows("players")))
    share = _run(world, "transfer_commission", agent_id=agent, player_id=player)["commission"]
    assert share == round(about_player["market_value"] * about_agent["commission"] / 100, 2)
    fixture, about_fixture = next(iter(world.rows("fixtures")))
    stadium, about_stadium = next(iter(world.rows("stadiums")))
    revenue = _run(world, "full_house", fixture_no=fixture, stadium=stadium)["revenue"]
    assert revenue == about_fixture["ticket_price"] * about_stadium["capacity"]
    rivals = {made.tool: set(made.rivals) for made in league.domain.combinations}
    assert rivals == {"transfer_commission": {"get_agent"}, "full_house": {"get_stadium", "list_stadiums"}}


# --- questions -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wishes() -> list[Task]:
    """State tasks with and without a scripted user."""
    features = (("state",), ("state", "user"))
    return [
        endless_task(
            n,
            kinds=[list(Kind)[n % 4]],
            features=features[n // 4 % 2],
            certify="quick",
            scenario="League",
            scalings=("extension",),
        )
        for n in range(200)
    ]


def _said(task: Task) -> str:
    user = task.counterpart
    more = (
        [slot.reply for slot in user.slots] + [c.text for c in user.changes] if isinstance(user, ScriptedUser) else []
    )
    return " ".join([task.question, *more, *(sub.question for sub in task.sub_questions)])


def test_every_action_is_asked_for(league: Source, wishes: list[Task]) -> None:
    called = Counter(call.tool for task in wishes for call in task.plans[0].calls())
    assert all(called[action] >= 2 for action in league.domain.actions), called


def test_a_fixture_is_brought_forward_or_put_off_as_its_date_says(wishes: list[Task]) -> None:
    found: Counter[str] = Counter()
    for task in wishes:
        moves = [call.arguments for call in task.plans[0].calls() if call.tool == "move_fixture"]
        if not moves:
            continue
        old = world_of(task.world).tables["fixtures"][str(moves[0]["fixture_no"])]["date"]
        kept = moves[0]["date"] not in task.question and not task.derivations
        said = MOVING.search(task.question)
        direction = said.lastgroup if said else "kept back" if kept else "either"
        found[str(direction)] += 1
        if said:
            assert direction == ("sooner" if str(moves[0]["date"]) < old else "later"), task.question
        if kept:
            assert isinstance(task.counterpart, ScriptedUser) and not said, task.question
            assert any(str(moves[0]["date"]) in slot.reply for slot in task.counterpart.slots)
            assert re.search("to another day|reschedule|[Cc]hange the date", task.question), task.question
    assert set(found) == {"sooner", "later", "kept back", "either"}, found


def test_nothing_leaves_open_which_club_is_meant(wishes: list[Task]) -> None:
    asked = [
        endless_task(
            n,
            kinds=[list(Kind)[n % 4]],
            features=(("user",), ())[n % 2],
            certify="quick",
            scenario="League",
            scalings=("extension",),
        )
        for n in range(120)
    ]
    sides = 0
    for text in map(_said, [*wishes, *asked]):
        sides += len(re.findall(r"\b(?:home|away) side in\b", text))
        assert not re.search(r"(?<!home )(?<!away )\bside\b", text), text
        assert not re.search(r"(?<!selling )(?<!buying )\bclub in (?:transfer|the \w+ transfer|my transfer)", text), (
            text
        )
        assert not re.search(r"\b(?:club|team|stadium) of (?:fixture|the fixture|our fixture)", text), text
    assert sides > 20


def test_eight_look_ups_can_follow_one_another(league: Source) -> None:
    domain = league.domain
    path = (
        "the player with the highest market value among the clients of {x}",
        "the case with the highest fine against {x}",
        "case.fixture",
        "fixture.home",
        "club.stadium",
        "stadium.sponsor",
    )
    walk: Walk = Anchor("agent")
    for step in path:
        walk = Follow(step, domain.steps[step].target, (walk,))
    value = Attr(walk, "payment")
    assert (cost(domain, value).lookups, cost(domain, value).hops) == (8, 8)
    reader = league.ground(league.make_world(4, "real")).reader
    bound = (Binder(reader, random.Random(n)).program(Program(Op.VALUE, (value,))) for n in range(40))
    programs = [program for program in bound if program is not None and reader.certain(program.values[0].walk)]  # type: ignore[union-attr]
    assert programs and all(len(reader.values(program.values[0])) == 1 for program in programs)


def test_some_things_are_five_steps_apart(league: Source) -> None:
    near: dict[str, set[str]] = {}
    for step in league.domain.steps.values():
        for source in step.sources:
            near.setdefault(source, set()).add(step.target)
            near.setdefault(step.target, set()).add(source)
    far = 0
    for start in near:
        depth, queue = {start: 0}, deque([start])
        while queue:
            here = queue.popleft()
            for other in near[here] - depth.keys():
                depth[other] = depth[here] + 1
                queue.append(other)
        far = max(far, *depth.values())
    assert far >= 5


def test_its_tasks_are_certified() -> None:
    features: tuple[tuple[str, ...], ...] = ((), ("user",), ("state",), ("state", "user"))
    refused: Counter[str] = Counter()
    tasks = [
        endless_task(
            n,
            kinds=[list(Kind)[n % 4]],
            features=features[n // 4],
            refused=refused,
            scenario="League",
            scalings=("extension",),
        )
        for n in range(16)
    ]
    assert all(task.certificate and task.certificate.oracle_return == 1.0 for task in tasks)
    assert len(tasks) / (len(tasks) + refused.total()) > 0.2
