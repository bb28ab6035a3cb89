"""MusicLabel: a record label with its artists and bands, albums, tracks, contracts, releases, sessions and tours.

Most of what one asks about stands between two things: who is in which band and since when, who did what for a track,
which album came out where and in which format, which track stands in which place of a playlist. What the label knows
stands in :mod:`~ftrl_gym.construct.worlds.music_label_things`, what it does in
:mod:`~ftrl_gym.construct.worlds.music_label_actions`.
"""

from __future__ import annotations

from ftrl_gym.construct.declare import (  # isort: skip
    Declaration, Detail, Find, Get, Money, Number, Short, WorkOut, least, most, only,
)  # fmt: skip
from ftrl_gym.construct.worlds.music_label_actions import RULES, WRITING
from ftrl_gym.construct.worlds.music_label_things import ENTITIES

# fmt: off
READING = (
    Get("find_artist", "artist", "An artist by full name, with id and email.", "name", "name email"),
    Get("get_artist", "artist", "An artist: home town, birth date, email, day rate."),
    Get("get_band", "band", "A band: genre, founding year, manager, leader (an artist), followers."),
    Find("list_members", "membership", "Memberships in a band.", "band", "artist part share start_date", (
        least("start_date", "the membership with the earliest start date in {x}", plural="memberships in {x}"),
        most("share", "the membership with the largest share in {x}"),
    )),
    Find("list_bands_of", "membership", "Memberships of an artist.", "artist", "band part start_date", (
        only("the only membership of {x}"),
        most("start_date", "the latest membership of {x}", plural="memberships of {x}"),
    )),
    Find("find_membership", "membership", "The membership of an artist in a band.", "artist band",
         "part share start_date", (only("the membership of {x} in {y}"),)),
    Get("get_membership", "membership", "A membership: band, artist, part played, royalty share, start date."),
    Find("list_contracts", "contract", "Contracts with a band.", "band", "advance royalty ends", (
        most("advance", "the contract with the largest advance for {x}", plural="contracts with {x}"),
        least("ends", "the contract with the earliest end date for {x}"),
    )),
    Get("get_contract", "contract", "A contract: band, lawyer, advance, royalty, signing and end date.",
        shows="band lawyer advance royalty signed ends"),
    Find("list_statements", "statement", "Royalty statements for a contract, by status or all.", "contract status",
         "statement_date amount streams status", (
        most("statement_date", "the latest statement for {x}", plural="statements for {x}"),
        most("streams", "the statement with the most streams for {x}"),
        only("the only open statement for {x}", {"status": "open"}),
    )),
    Get("get_statement", "statement", "A royalty statement: contract, date, amount, streams, status."),
    Find("list_albums", "album", "Albums of a band.", "band", "recording_date costs", (
        most("recording_date", "the latest album by {x}", plural="albums by {x}"),
        least("recording_date", "the earliest album by {x}"),
        most("costs", "the album with the highest costs by {x}"),
    )),
    Find("list_produced", "album", "Albums that an artist produced.", "producer", "band costs", (
        only("the only album produced by {x}"),
        least("costs", "the album produced by {x} with the lowest costs"
              " | the album with the lowest costs among those produced by {x}", plural="albums produced by {x}"),
    )),
    Get("get_album", "album", "An album: band, producer (an artist), recording date, costs, cover designer."),
    Find("list_tracks", "track", "Tracks of an album.", "album", "duration tempo plays", (
        most("duration", "the longest track on {x}", plural="tracks on {x}"),
        least("duration", "the shortest track on {x}"),
        most("plays", "the track with the most plays on {x}"),
    )),
    Get("get_track", "track", "A track: album, recording code, duration, tempo, plays."),
    Find("list_credits", "credit", "Credits for a track.", "track", "artist role share", (
        only("the only credit for {x}"),
        most("share", "the credit with the largest share in {x}", plural="credits for {x}"),
    )),
    Find("list_work", "credit", "Credits of an artist.", "artist", "track role share", (
        most("share", "the credit with the largest share for {x}", plural="credits of {x}"),
        least("share", "the credit with the smallest share for {x}"),
    )),
    Get("get_credit", "credit", "A credit: track, artist, role, share."),
    Get("get_territory", "territory", "A territory: distributor, sales tax, record shops.",
        shows="distributor tax shops"),
    Find("list_releases", "release", "Releases of an album.", "album", "territory format price copies", (
        most("price", "the most expensive release of {x}", plural="releases of {x}"),
        most("copies", "the release of {x} with the most copies | the release with the most copies of {x}"),
    )),
    Find("list_market", "release", "Releases for a territory, in one format or any.", "territory format",
         "album release_date price format", (
        most("release_date", "the latest release for {x}", plural="releases for {x}"),
        least("price", "the cheapest vinyl release for {x}", {"format": "vinyl"}),
        only("the only cassette release for {x}", {"format": "cassette"}),
    )),
    Find("find_release", "release", "Releases of an album for a territory.", "album territory", "format price", (
        only("the release of {x} for {y}"),
    )),
    Get("get_release", "release", "A release: album, territory, format, date, price, copies."),
    Get("get_studio", "studio", "A studio: town, chief engineer, daily rate, microphones."),
    Find("list_sessions", "session", "Sessions for an album, by status or all.", "album status",
         "studio date hours status", (
        most("date", "the latest session for {x}", plural="sessions for {x}"),
        only("the only planned session for {x}", {"status": "planned"}),
    )),
    Find("list_bookings", "session", "Sessions at a studio, by status or all.", "studio status", "date hours status", (
        least("date", "the next planned session at {x}", {"status": "planned"}, plural="planned sessions at {x}"),
        most("hours", "the longest session at {x}"),
    )),
    Find("find_session", "session", "Sessions at a studio on a day.", "studio date", "album hours status", (
        only("the session at {x} {day}"),
    )),
    Get("get_session", "session", "A session: album, studio, artist in charge, status, date, hours.",
        shows="album studio producer status date hours"),
    Get("get_playlist", "playlist", "A playlist: curator (an artist), subscribers, last change, who drew its picture."),
    Find("list_entries", "entry", "What is on a playlist.", "playlist", "track place saves", (
        most("saves", "the entry with the most saves on {x}", plural="entries on {x}"),
        least("saves", "the entry with the fewest saves on {x}"),
    )),
    Find("list_placements", "entry", "Playlist entries of a track.", "track", "playlist place saves", (
        only("the only playlist entry of {x}"),
        most("saves", "the playlist entry of {x} with the most saves | the playlist entry with the most saves of {x}",
             plural="playlist entries of {x}"),
    )),
    Get("get_entry", "entry", "A playlist entry: playlist, track, place, date added, saves."),
    Find("list_tours", "tour", "Tours of a band.", "band", "crew", (
        only("the only tour of {x}"),
        most("crew", "the tour with the largest crew by {x}", plural="tours of {x}"),
    )),
    Get("get_tour", "tour", "A tour: band, sponsor, tour manager, size of the crew."),
    Get("get_venue", "venue", "A venue: town, capacity, contact, hire fee.", shows="city capacity contact hire_fee"),
    Find("list_concerts", "concert", "Concerts of a tour.", "tour", "venue date seats_sold", (
        least("date", "the earliest concert on {x}", plural="concerts on {x}"),
        most("seats_sold", "the concert on {x} with the most seats sold"
             " | the concert with the most seats sold among those on {x}"),
    )),
    Find("list_nights", "concert", "Concerts at a venue.", "venue", "date ticket_price seats_sold", (
        most("ticket_price", "the concert with the highest ticket price at {x}", plural="concerts at {x}"),
        least("date", "the earliest concert at {x}"),
    )),
    Find("list_openings", "concert", "Concerts that a band opens for another.", "support", "tour date ticket_price", (
        least("date", "the earliest concert opened by {x}", plural="concerts opened by {x}"),
        most("ticket_price", "the concert opened by {x} with the highest ticket price"
             " | the concert with the highest ticket price among those opened by {x}"),
    )),
    Get("get_concert", "concert", "A concert: tour, venue, support band, date, ticket price, seats sold."),
    WorkOut("quote_import", "What a copy of a release costs by the time it is in another territory.",
            "release territory", {
        "price": Money(value="round(release.price * (100 + territory.freight) / 100, 2)", adds=False,
                       noun="the landed price of {x} in {y}", ask="What does {x} cost by the time it is in {y}?"),
    }),
    WorkOut("driving_time", "How long a tour bus takes from one venue to another.", "first:venue second:venue", {
        "minutes": Number(value="15 + 9 * abs(first.mark - second.mark)", unit="minutes", whole=True,
                          noun="the driving time in minutes from {x} to {y}",
                          ask="How many minutes does a bus take from {x} to {y}?"),
    }, unordered=True),
)

MUSIC_LABEL = Declaration(
    name="MusicLabel",
    title="Record label",
    description="A record label: artists, bands, albums, credits, contracts, releases, sessions, playlists, tours.",
    instruction="You work in the office of a record label and help with questions and requests. Amounts are in EUR.",
    policy="Do only what is asked for. What the tools refuse stays refused; look for no way round it.",
    entities=ENTITIES,
    tools=(*READING, *WRITING),
    rules=RULES,
    rule_called='our label rule "{x}" | the label rule "{x}"',
    shorts=(
        Short(("track.album", "album.band"), "the band that recorded {x}"),
        Short(("statement.contract", "contract.band"), "the band paid by {x}"),
        Short(("concert.tour", "tour.band"), "the band on stage at {x}"),
        Short(("entry.track", "track.album"), "the album with the track in {x}"),
    ),
    today="2026-04-13",
    day=Detail("day", ("",), "Which day is it about?", ("date", "day", "when"), ("{x}.", "On {x}.")),
    file=__file__,
)
