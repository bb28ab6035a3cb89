"""What a record label knows: artists and the bands they are in, albums with their tracks and credits, contracts and
royalty statements, releases by territory, sessions in studios, playlists, and tours with their concerts.
"""

from __future__ import annotations

from ftrl_gym.construct.declare import (  # isort: skip
    Choice, Date, Detail, Each, Email, Entity, Id, Money, Name, Number, Person, Ref,
)  # fmt: skip
from ftrl_gym.construct.worlds import music_label_words as words


def _which(thing: str) -> Detail:
    """How somebody keeps back which one they mean, where its name holds the word for it."""
    return Detail(
        thing,
        (f"the {thing} I have in mind",),
        f"Which {thing} is it?",
        (f"which {thing}", f"what {thing}", "name", "which one"),
    )


# fmt: off
PEOPLE = (
    Entity("artist", 24, {
        "artist_id": Id(prefix="ART", digits=4),
        "name": Person(noun="the name of {x}", ask="What is {x} called?"),
        "city": Choice(words.CITIES, having="live in {n}", noun="the home town of {x}", ask="Where does {x} live?"),
        "born": Date(-24000, -7000, noun="the birth date of {x}", ask="When was {x} born?",
                     compare="is older | is younger"),
        "email": Email(noun="the email address of {x}"),
        "day_rate": Money(80, 900, 5, noun="the day rate of {x}", ask="What does a day with {x} cost?",
                          compare="is cheaper by the day | is more expensive by the day"),
    }, called="{x}", label="name", detail=Detail("name", ("the artist in question",), "What is the artist's name?",
                                                 ("name", "who", "which artist", "which one"))),
    Entity("band", 8, {
        "name": Name(words.BANDS, words.BAND_PATTERNS),
        "genre": Choice(words.GENRES, noun="the genre of {x}", ask="Which genre does {x} play?"),
        "founded": Number(1971, 2023, noun="the founding year of {x}", ask="In which year was {x} founded?"),
        "manager": Person(noun="the name of the manager of {x}", ask="Who manages {x}?"),
        "leader": Ref("artist", link="the leader of {x}"),
        "followers": Number(900, 98000, 100, unit="followers", noun="the number of followers of {x}", adds=True,
                            ask="How many followers does {x} have?", compare="has fewer followers | has more"
                                                                             " followers"),
    }, called="the band {x}"),
    Entity("membership", Each("band", 3, 5), {
        "membership_no": Id(prefix="MBR", digits=5, noun="the membership number of {x}"),
        "band": Ref("band", noun="the band behind {x}", link="the band behind {x}", ask="Which band is {x} in?"),
        "artist": Ref("artist", apart="band", link="the artist behind {x}"),
        "part": Choice(words.PARTS, noun="the part played under {x}", ask="What does one play under {x}?"),
        "share": Number(8, 45, unit="percent", noun="the royalty share in percent under {x}",
                        ask="What percentage of the royalties goes to {x}?",
                        compare="brings the smaller share | brings the larger share"),
        "start_date": Date(-7000, -90, noun="the start date of {x}", ask="Since when has there been {x}?",
                           compare="began earlier | began later"),
    }, called="membership {x}", label_noun="membership number"),
    Entity("contract", Each("band", 2, 3), {
        "contract_no": Id(prefix="CTR", digits=5, noun="the contract number of {x}"),
        "band": Ref("band", noun="the band under {x}", link="the band under {x}", ask="Which band is {x} with?"),
        "lawyer": Person(noun="the name of the lawyer behind {x}", ask="Who drew up {x}?"),
        "advance": Money(3000, 140000, 500, having="brought an advance of {n}", noun="the advance under {x}",
                         ask="What advance was paid under {x}?",
                         compare="brought the smaller advance | brought the larger advance"),
        "royalty": Number(8, 32, 0.5, unit="percent", noun="the royalty in percent under {x}",
                          ask="What percentage does {x} give in royalties?",
                          compare="gives the lower royalty | gives the higher royalty"),
        "recouped": Money(value="0", whole=True),
        "signed": Date(-1600, -200, having="were signed {n}", noun="the signing date of {x}",
                       ask="When was {x} signed?",
                       compare="was signed earlier | was signed later"),
        "ends": Date(30, 1500, having="end {n}", noun="the end date of {x}", ask="When does {x} end?",
                     compare="ends earlier | ends later"),
    }, called="contract {x}", label_noun="contract number"),
    Entity("statement", Each("contract", 2, 4), {
        "statement_no": Id(prefix="RYL", digits=6, noun="the statement number of {x}"),
        "contract": Ref("contract", noun="the number of the contract behind {x}", link="the contract behind {x}",
                        ask="Which contract is {x} for?"),
        "statement_date": Date(-720, -4, having="were drawn up {n}", noun="the date of {x}",
                               ask="When was {x} drawn up?", compare="was drawn up earlier | was drawn up later"),
        "amount": Money(150, 9800, 10, having="come to {n}", noun="the amount of {x}", ask="How much is {x}?",
                        compare="is smaller | is larger"),
        "streams": Number(2000, 980000, 500, unit="streams", having="count {n}", adds=True,
                          noun="the number of streams counted in {x}", ask="How many streams does {x} count?",
                          compare="counts fewer streams | counts more streams"),
        "status": Choice(("open", "open", "paid")),
        "method": Choice(by="status", drawn={"open": ("none",), "paid": tuple(words.METHODS)}),
    }, called="statement {x}", label_noun="statement number"),
)

RECORDS = (
    Entity("album", Each("band", 2, 3), {
        "title": Name(words.ALBUMS, words.ALBUM_PATTERNS),
        "band": Ref("band", having="are by the band {n}", noun="the band behind {x}", link="the band behind {x}",
                    ask="Which band made {x}?"),
        "producer": Ref("artist", link="the producer of {x}"),
        "recording_date": Date(-3000, -100, having="were recorded {n}", noun="the recording date of {x}",
                               ask="When was {x} recorded?", compare="was recorded earlier | was recorded later"),
        "costs": Money(4000, 88000, 50, having="have cost {n}", noun="the costs of {x}",
                       ask="What has {x} cost so far?",
                       compare="has cost less | has cost more"),
        "designer": Person(noun="the name of the cover designer of {x}", ask="Who designed the cover of {x}?"),
    }, called="the album {x}", label="title", label_noun="title"),
    Entity("track", Each("album", 3, 5), {
        "title": Name(words.TRACKS, words.TRACK_PATTERNS),
        "album": Ref("album", having="are on the album {n}", noun="the album with {x}", link="the album with {x}",
                     ask="Which album is {x} on?"),
        "isrc": Id(prefix="QZ", digits=8, noun="the recording code of {x}"),
        "duration": Number(92, 640, unit="seconds", having="last {n}", noun="the duration in seconds of {x}", adds=True,
                           ask="How many seconds does {x} last?", compare="is shorter | is longer"),
        "tempo": Number(56, 188, unit="beats", noun="the tempo of {x}", ask="How many beats a minute does {x} have?",
                        compare="is slower | is faster"),
        "plays": Number(300, 96000, 100, unit="plays", having="have {n} plays", noun="the number of plays of {x}",
                        ask="How many times has {x} been played?", adds=True,
                        compare="has fewer plays | has more plays"),
    }, called="the track {x}", label="title", label_noun="title"),
    Entity("credit", Each("track", 1, 3), {
        "credit_no": Id(prefix="CRD", digits=6, noun="the credit number of {x}"),
        "track": Ref("track", noun="the track in {x}", link="the track in {x}", ask="Which track is {x} for?"),
        "artist": Ref("artist", apart="track", link="the artist in {x}"),
        "role": Choice(words.ROLES, noun="the role in {x}", ask="Which role does {x} name?"),
        "share": Number(2, 60, unit="percent", noun="the share in percent in {x}",
                        ask="What percentage does {x} bring?", compare="brings the smaller share | brings the larger"
                                                                       " share"),
    }, called="credit {x}", label_noun="credit number"),
    Entity("territory", 6, {
        "name": Name(words.TERRITORIES),
        "distributor": Person(noun="the name of the distributor in {x}", ask="Who distributes our records in {x}?"),
        "tax": Number(4, 27, 0.5, unit="percent", noun="the sales tax in percent in {x}",
                      ask="What percentage of sales tax is paid in {x}?",
                      compare="has the lower sales tax | has the higher sales tax"),
        "shops": Number(12, 480, unit="shops", noun="the number of record shops in {x}", adds=True,
                        ask="How many record shops are there in {x}?",
                        compare="has fewer record shops | has more record shops"),
        "freight": Number(20, 90),
    }, called="the {x}", plural="territories"),
    Entity("release", Each("album", 2, 3), {
        "release_no": Id(prefix="CAT", digits=5, noun="the release number of {x}"),
        "album": Ref("album", having="are of the album {n}", noun="the album released as {x}",
                     link="the album released as {x}", ask="Which album came out as {x}?"),
        "territory": Ref("territory", apart="album", having="are for the {n}", noun="the territory of {x}",
                         link="the territory of {x}", ask="For which territory is {x}?"),
        "format": Choice(("vinyl", "vinyl", "CD", "cassette", "download"), having="are on {n}",
                         noun="the format of {x}", ask="In which format is {x}?"),
        "release_date": Date(-2000, -10, having="came out {n}", noun="the date of {x}", ask="When did {x} come out?",
                             compare="came out earlier | came out later"),
        "price": Money(6, 48, having="cost {n}", noun="the price of {x}", ask="What does {x} cost?",
                       compare="is cheaper | is more expensive"),
        "copies": Number(200, 9000, 50, unit="copies", having="are limited to {n}", noun="the number of copies of {x}",
                         ask="How many copies are there of {x}?", adds=True,
                         compare="has fewer copies | has more copies"),
    }, called="release {x}", label_noun="release number"),
    Entity("studio", 6, {
        "name": Name(words.STUDIOS, words.STUDIO_PATTERNS),
        "city": Choice(words.CITIES, noun="the town of {x}", ask="Which town is {x} in?"),
        "engineer": Person(noun="the name of the chief engineer at {x}", ask="Who is the chief engineer at {x}?"),
        "daily_rate": Money(180, 1900, 10, noun="the daily rate of {x}", ask="What does a day at {x} cost?",
                            compare="is cheaper by the day | is more expensive by the day"),
        "microphones": Number(8, 160, unit="microphones", noun="the number of microphones at {x}", adds=True,
                              ask="How many microphones does {x} have?",
                              compare="has fewer microphones | has more microphones"),
    }, called="{x}", detail=_which("studio"), chosen=True),
    Entity("session", Each("album", 2, 3), {
        "session_no": Id(prefix="SES", digits=5, noun="the session number of {x}"),
        "album": Ref("album", noun="the album worked on in {x}", link="the album worked on in {x}",
                     ask="Which album is {x} for?"),
        "studio": Ref("studio", having="are at {n}", noun="the studio of {x}", link="the studio of {x}",
                      ask="Which studio is {x} at?"),
        "producer": Ref("artist", link="the artist in charge of {x}"),
        "status": Choice(("planned", "planned", "held", "held", "cancelled")),
        "date": Date(by="status", ranges={"planned": (3, 40), "held": (-300, -3), "cancelled": (-200, 20)},
                     having="are {n}", noun="the date of {x}", ask="What day is {x}? | On which date is {x}?",
                     compare="is earlier | is later"),
        "hours": Number(2, 16, unit="hours", having="last {n}", noun="the length in hours of {x}", adds=True,
                        ask="How many hours does {x} last?", compare="is shorter | is longer"),
        "takes": Number(by="status", ranges={"planned": (0, 0), "cancelled": (0, 0)}, low_end=3, high_end=60),
    }, called="session {x}", label_noun="session number"),
)

PUBLIC = (
    Entity("playlist", 7, {
        "name": Name(words.PLAYLISTS, words.PLAYLIST_PATTERNS),
        "curator": Ref("artist", link="the curator of {x}"),
        "subscribers": Number(300, 90000, 100, unit="subscribers", noun="the number of subscribers to {x}", adds=True,
                              ask="How many subscribers does {x} have?",
                              compare="has fewer subscribers | has more subscribers"),
        "updated": Date(-120, -2, noun="the date of the last change to {x}", ask="When was {x} last changed?",
                        compare="was changed earlier | was changed later"),
        "picture_by": Person(noun="the name of the illustrator of {x}", ask="Who drew the picture on {x}?"),
    }, called="the playlist {x}", chosen=True),
    Entity("entry", Each("playlist", 4, 6), {
        "entry_no": Id(prefix="PLE", digits=6, noun="the number of {x}"),
        "playlist": Ref("playlist", link="the playlist with {x}"),
        "track": Ref("track", apart="playlist", noun="the track in {x}", link="the track in {x}",
                     ask="Which track is in {x}?"),
        "place": Number(value="nth", whole=True, noun="the place of {x}", ask="Which place does {x} have?"),
        "added": Date(-400, -5, having="were added {n}", noun="the date of {x}", ask="When was {x} added?",
                      compare="was added earlier | was added later"),
        "saves": Number(4, 4000, 2, unit="saves", noun="the number of saves of {x}", adds=True,
                        ask="How many times has {x} been saved?", compare="has fewer saves | has more saves"),
    }, plural="entries"),
    Entity("tour", Each("band", 1, 2), {
        "tour_no": Id(prefix="TUR", digits=4, noun="the tour number of {x}"),
        "band": Ref("band", noun="the band on {x}", link="the band on {x}", ask="Which band is on {x}?"),
        "sponsor": Name(("Bramble", "Cobra", "Dynamo", "Falcon", "Gusto", "Hopscotch", "Mango", "Pronto", "Rocket",
                         "Tonic", "Umbrella", "Volta", "Wizard", "Yonder", "Zigzag", "Jolly", "Kismet"),
                        ("{} Drinks", "{} Sneakers", "{} Mobile", "{} Guitars"), noun="the sponsor of {x}",
                        ask="Which company sponsors {x}?"),
        "tour_manager": Person(noun="the name of the tour manager on {x}", ask="Who manages {x}?"),
        "crew": Number(6, 48, unit="people", noun="the size of the crew on {x}", adds=True,
                       ask="How many people are in the crew on {x}?", compare="has the smaller crew | has the larger"
                                                                              " crew"),
    }, called="tour {x}", label_noun="tour number"),
    Entity("venue", 9, {
        "name": Name(words.VENUES, words.VENUE_PATTERNS),
        "city": Choice(words.CITIES, noun="the town of {x}", ask="Which town is {x} in?"),
        "capacity": Number(180, 6400, 20, unit="people", noun="the capacity of {x}",
                           ask="How many people fit into {x}?",
                           compare="is smaller | is larger"),
        "contact": Person(noun="the name of our contact at {x}", ask="Who is our contact at {x}?"),
        "hire_fee": Money(300, 8800, 50, noun="the hire fee of {x}", ask="What does it cost to hire {x}?",
                          compare="is cheaper to hire | is more expensive to hire"),
        "mark": Number(1, 60),
    }, called="the {x}", chosen=True),
    Entity("concert", Each("tour", 3, 5), {
        "concert_no": Id(prefix="GIG", digits=5, noun="the concert number of {x}"),
        "tour": Ref("tour", noun="the number of the tour with {x}", link="the tour with {x}",
                    ask="Which tour is {x} part of?"),
        "venue": Ref("venue", apart="tour", having="are at the {n}", noun="the venue of {x}", link="the venue of {x}",
                     ask="Where is {x}?"),
        "support": Ref("band", where="support != tour.band", noun="the support band at {x}",
                       link="the support band at {x}", ask="Which band opens {x}?"),
        "date": Date(-60, 180, having="are {n}", noun="the date of {x}", ask="What day is {x}? | On which date is {x}?",
                     compare="is earlier | is later"),
        "ticket_price": Money(9, 78, having="charge {n} for a ticket", noun="the ticket price of {x}",
                              ask="What does a ticket for {x} cost?",
                              compare="has cheaper tickets | has more expensive tickets"),
        "seats_sold": Number(between=("60", "venue.capacity"), step=5, unit="seats", high_end=6400, adds=True,
                          having="have sold {n}", noun="the number of seats sold for {x}",
                          ask="How many seats have been sold for {x}?",
                          compare="has sold fewer seats | has sold more seats"),
    }, called="concert {x}", label_noun="concert number"),
)

ENTITIES = (*PEOPLE, *RECORDS, *PUBLIC)
