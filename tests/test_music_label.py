"""MusicLabel: what stands between two things (memberships, credits, releases, entries), and who pays for what."""

from __future__ import annotations

import functools
from datetime import date, timedelta

import pytest
from tool_calls import fails, figure_of, row_of, run
from walks import answered, hops

from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.worlds.music_label import MUSIC_LABEL
from ftrl_gym.world import World, WorldBase

TODAY = date.fromisoformat(MUSIC_LABEL.today)
_run = functools.partial(run, "MusicLabel")
_fails = functools.partial(fails, "MusicLabel")


def _day(after: int) -> str:
    return (TODAY + timedelta(days=after)).isoformat()


@pytest.fixture(scope="module")
def label() -> Source:
    return scenario("MusicLabel")


@pytest.fixture(scope="module", params=[(0, "real"), (1, "syllables"), (2, "mixed")], ids=str)
def base(request: pytest.FixtureRequest, label: Source) -> WorldBase:
    return label.make_world(*request.param)


@pytest.fixture
def world(label: Source) -> World:
    return World(label.make_world(0, "real"))


# --- data ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("table", "ends"), [
    ("memberships", ("band", "artist")), ("credits", ("track", "artist")), ("releases", ("album", "territory")),
    ("entries", ("playlist", "track")), ("concerts", ("tour", "venue")),
])  # fmt: skip
def test_two_things_are_joined_once(base: WorldBase, table: str, ends: tuple[str, str]) -> None:
    pairs = [tuple(row[end] for end in ends) for row in base.tables[table].values()]
    assert len(set(pairs)) == len(pairs) > 20


def test_playlists_count_from_the_first_place(base: WorldBase) -> None:
    for playlist in base.tables["playlists"]:
        places = [row["place"] for row in base.tables["entries"].values() if row["playlist"] == playlist]
        assert places == list(range(1, len(places) + 1))


def test_nobody_opens_for_themselves_and_no_venue_is_overfull(base: WorldBase) -> None:
    for concert in base.tables["concerts"].values():
        assert concert["support"] != base.tables["tours"][concert["tour"]]["band"]
        assert concert["seats_sold"] <= base.tables["venues"][concert["venue"]]["capacity"]
    for session in base.tables["sessions"].values():
        if session["status"] != "cancelled":
            assert (session["date"] > MUSIC_LABEL.today) == (session["status"] == "planned")


# --- actions ---------------------------------------------------------------------------------------------------------


def _free(world: World, studio: str) -> list[str]:
    taken = {row["date"] for _, row in world.find("sessions", studio=studio)}
    return [day for day in map(_day, range(30, 1, -1)) if day not in taken]


def test_a_session_is_charged_to_the_album_and_given_back(world: World) -> None:
    album, studio = next(iter(world.rows("albums")))[0], next(iter(world.rows("studios")))[0]
    rate, before = row_of(world, "studios", studio)["daily_rate"], row_of(world, "albums", album)["costs"]
    free = figure_of(world, "free cancellation")
    late, early = _day(free - 1), _free(world, studio)[0]
    for day, charge in ((early, 0), (late, round(rate * figure_of(world, "cancellation share") / 100, 2))):
        for key, _ in world.find("sessions", studio=studio, date=day):
            world.update("sessions", key, status="held")
        made = _run(world, "book_session", title=album, studio=studio, date=day)
        assert (made["hours"], made["status"]) == (figure_of(world, "session length"), "planned")
        assert row_of(world, "albums", album)["costs"] == before + rate
        _fails(world, f"is taken on {day}", "book_session", title=album, studio=studio, date=day)
        assert _run(world, "cancel_session", session_no=made["session_no"])["charge"] == charge
        assert row_of(world, "albums", album)["costs"] == pytest.approx(before + charge)
        world.update("albums", album, costs=before)
    horizon = figure_of(world, "session horizon")
    _fails(world, f"next {horizon} days", "book_session", title=album, studio=studio, date=_day(horizon + 1))


def test_a_session_is_moved_with_notice(world: World) -> None:
    number, session = world.find("sessions", status="planned")[0]
    notice, day = figure_of(world, "moving notice"), _free(world, session["studio"])[0]
    world.update("sessions", number, date=_day(notice - 1))
    _fails(world, "days' notice", "move_session", session_no=number, date=day)
    world.update("sessions", number, date=_day(notice))
    assert _run(world, "move_session", session_no=number, date=day) == {"session_no": number, "date": day}
    _fails(world, "already; name another day", "move_session", session_no=number, date=day)
    found = _run(world, "find_session", studio=session["studio"], date=day)["sessions"]
    assert number in {each["session_no"] for each in found}


def test_a_statement_counts_towards_the_advance(world: World) -> None:
    number, statement = world.find("statements", status="open")[0]
    world.update("statements", number, amount=figure_of(world, "cheque limit") + 10)
    _fails(world, "are paid by cheque", "pay_statement", statement_no=number, method="cheque")
    done = _run(world, "pay_statement", statement_no=number, method="transfer")
    assert (done["status"], done["method"]) == ("paid", "transfer")
    contract = row_of(world, "contracts", statement["contract"])
    assert contract["recouped"] == figure_of(world, "cheque limit") + 10
    _fails(world, "is paid already", "pay_statement", statement_no=number, method="transfer")


def test_records_are_pressed_in_batches(world: World) -> None:
    number, release = next((key, row) for key, row in world.rows("releases") if row["format"] == "vinyl")
    world.update("releases", number, copies=1000)
    costs = row_of(world, "albums", release["album"])["costs"]
    most = figure_of(world, "largest pressing")
    _fails(world, f"at most {most} batches", "press_copies", release_no=number, batches=most + 1)
    done = _run(world, "press_copies", release_no=number, batches=2)
    assert done["copies"] == 1000 + 2 * figure_of(world, "pressing batch") == 1000 + done["more"]
    assert row_of(world, "albums", release["album"])["costs"] == costs + 2 * done["more"]
    world.update("releases", number, copies=figure_of(world, "pressing limit") + 1)
    _fails(world, "more are pressed up to", "press_copies", release_no=number, batches=2)
    world.update("releases", number, format="download")
    _fails(world, "is a download", "press_copies", release_no=number, batches=2)


def test_a_track_goes_to_the_end_of_a_playlist(world: World) -> None:
    playlist = next(iter(world.rows("playlists")))[0]
    entries = world.find("entries", playlist=playlist)
    known = {row["track"] for _, row in entries}
    track = next(key for key, _ in world.rows("tracks") if key not in known)
    made = _run(world, "add_to_playlist", playlist=playlist, title=track)
    assert made["place"] == len(entries) + 1
    assert row_of(world, "playlists", playlist)["updated"] == MUSIC_LABEL.today
    _fails(world, "already; name another track", "add_to_playlist", playlist=playlist, title=track)


# --- questions -------------------------------------------------------------------------------------------------------


def test_seven_look_ups_follow_one_another(label: Source, base: WorldBase) -> None:
    """From a venue over the band on stage, its album, a track and a credit to an artist, against the rows."""
    steps = ("the concert with the highest ticket price at {x}", "concert.tour", "tour.band",
             "the latest album by {x}", "the track with the most plays on {x}",
             "the credit with the largest share in {x}", "credit.artist")  # fmt: skip
    tables, asked = base.tables, 0
    assert hops(label, "venue", steps, "day_rate") == 7
    for name in tables["venues"]:
        concerts = [row for row in tables["concerts"].values() if row["venue"] == name]
        band = tables["tours"][max(concerts, key=lambda row: row["ticket_price"])["tour"]]["band"]
        albums = [row for row in tables["albums"].values() if row["band"] == band]
        album = max(albums, key=lambda row: row["recording_date"])["title"]
        tracks = [row for row in tables["tracks"].values() if row["album"] == album]
        track = max(tracks, key=lambda row: row["plays"])["title"]
        credits = [row for row in tables["credits"].values() if row["track"] == track]
        if len(credits) > 1:
            artist = tables["artists"][max(credits, key=lambda row: row["share"])["artist"]]
            assert answered(label, base, "venue", name, steps, "day_rate") == artist["day_rate"]
            asked += 1
    assert asked
