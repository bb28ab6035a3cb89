"""What one can ask a record label to do, and the house rules that its tools enforce."""

from __future__ import annotations

from ftrl_gym.construct.declare import Create, Detail, Do, Extra, Money, Need, Number, Rule, Set, Wanted
from ftrl_gym.construct.worlds import music_label_words as words

# fmt: off
RULES = (
    Rule("session horizon", tuple(range(38, 60, 2)), "days", "Sessions are booked for the next {} days at most."),
    Rule("sessions per album", (5, 6, 7), "sessions", "An album has at most {} planned sessions."),
    Rule("session length", (6, 7, 8, 9, 10), "hours", "A booked session lasts for {} hours."),
    Rule("moving notice", (2, 3, 4), "days", "A session is moved up to {} days before its date."),
    Rule("free cancellation", tuple(range(8, 22)), "days", "Cancelling a session costs nothing up to {} days before."),
    Rule("cancellation share", tuple(range(20, 65, 5)), "percent", "A later cancellation costs {} percent of a day in"
                                                                   " the studio."),
    Rule("pressing batch", tuple(range(100, 600, 50)), "copies", "Records are pressed in batches of {} copies."),
    Rule("pressing limit", tuple(range(5000, 9000, 250)), "copies", "More copies are pressed of releases with up to {}"
                                                                    " copies."),
    Rule("largest pressing", (4, 5, 6), "batches", "At most {} batches are pressed at once."),
    Rule("playlist length", (7, 8, 9), "tracks", "A playlist holds at most {} tracks."),
    Rule("cheque limit", tuple(range(2000, 6000, 250)), "EUR", "Up to {} euros are paid by cheque."),
)

PLANNED = Need("session.status == 'planned'", "session {session} is {session.status}; only a planned one can be"
                                              " changed")
HORIZON = Need("days_until(date) <= rule('session horizon')",
               "sessions are booked for the next {rule('session horizon')} days; name an earlier day")
DAY = ("date", "day", "when")

WRITING = (
    Do("book_session", "Books a day in a studio for an album; it is charged to the album.", "album studio",
       "book a session at {studio} for {album} on {date} | book {studio} for {album} on {date}"
       " | get {album} a session at {studio} on {date}",
       (HORIZON,
        Need("count('session', studio=studio, date=date, status='planned') == 0",
             "{studio} is taken on {date}; name another day or another studio"),
        Need("count('session', album=album, status='planned') < rule('sessions per album')",
             "{album} has {rule('sessions per album')} planned sessions, the most allowed; cancel one first")),
       (Create("session", {"album": "album", "studio": "studio", "date": "date", "hours": "hours",
                           "producer": "album.producer", "takes": "0", "status": "'planned'"}),
        Set("album", {"costs": "album.costs + studio.daily_rate"})),
       asks={"date": Wanted(Extra.DATE, Detail("day", ("a day to be settled",), "On which day is the session?", DAY,
                                               ("On {x}.", "{x}, please.", "{x}.")), "Day of the session.")},
       gives={"hours": Number(value="rule('session length')", whole=True)},
       follow_ups=("cancel_session",)),
    Do("move_session", "Moves a planned session to another day.", "session",
       "move {session} to {date} | reschedule {session} for {date} | change the date of {session} to {date}",
       (PLANNED, HORIZON,
        Need("session.date != date", "session {session} is on {date} already; name another day"),
        Need("days_until(session.date) >= rule('moving notice')",
             "it is too late: moving a session takes {rule('moving notice')} days' notice"),
        Need("count('session', studio=session.studio, date=date, status='planned') == 0",
             "{session.studio} is taken on {date}; name another day")),
       (Set("session", {"date": "date"}),),
       asks={"date": Wanted(Extra.DATE, Detail("day", ("",), "Which day should it be moved to?", DAY,
                                               ("To {x}.", "{x}, please.", "{x}.")), "The new day.")},
       sooner="bring {session} forward to {date} | pull {session} forward to {date}",
       put_off="put {session} off until {date} | postpone {session} to {date} | push {session} back to {date}",
       open="move {session} to another day | reschedule {session} | change the date of {session}"),
    Do("cancel_session", "Cancels a planned session; what it has cost goes back, less a charge at short notice.",
       "session", "cancel {session} | call off {session} | see to it that {session} is cancelled", (PLANNED,),
       (Set("session", {"status": "'cancelled'"}),
        Set("session.album", {"costs": "session.album.costs - session.studio.daily_rate + charge"})),
       gives={"charge": Money(value="0 if days_until(session.date) >= rule('free cancellation') else"
                                    " round(session.studio.daily_rate * rule('cancellation share') / 100, 2)")},
       regret="Sorry, the drummer has broken a finger: please cancel that session again."
              " | On second thoughts, please call that session off."),
    Do("pay_statement", "Pays an open royalty statement; it counts towards the advance of its contract.", "statement",
       "pay {statement} {method} | settle {statement} {method} | see to it that {statement} is paid {method}",
       (Need("statement.status == 'open'", "statement {statement} is paid already; nothing is due"),
        Need("method != 'cheque' or statement.amount <= rule('cheque limit')",
             "up to {rule('cheque limit')} euros are paid by cheque; pay by transfer or as a credit note")),
       (Set("statement", {"status": "'paid'", "method": "method"}),
        Set("statement.contract", {"recouped": "statement.contract.recouped + statement.amount"})),
       asks={"method": Wanted(Extra.CHOICE, Detail("method", ("",), "How should it be paid?", ("pay", "paid", "how"),
                                                   ("{x}, please.", "{x}.")), "How to pay.", words.METHODS)}),
    Do("press_copies", "Has more copies of a release pressed, in batches; it is charged to the album.", "release",
       "have {batches} more batches of {release} pressed | press {batches} more batches of {release}"
       " | order {batches} batches of {release} from the pressing plant",
       (Need("release.format != 'download'", "release {release} is a download, of which no copies are pressed"),
        Need("release.copies <= rule('pressing limit')",
             "there are {release.copies} copies of {release}; more are pressed up to {rule('pressing limit')}"),
        Need("batches <= rule('largest pressing')",
             "at most {rule('largest pressing')} batches are pressed at once; order fewer")),
       (Set("release", {"copies": "release.copies + more"}),
        Set("release.album", {"costs": "release.album.costs + 2 * more"})),
       asks={"batches": Wanted(Extra.COUNT, Detail("batches", ("some",), "How many batches should be pressed?",
                                                   ("how many", "batches", "number"),
                                                   ("{x} batches.", "{x}, please.", "{x}.")), "Number of batches.")},
       gives={"more": Number(value="batches * rule('pressing batch')", whole=True)}),
    Do("add_to_playlist", "Puts a track at the end of a playlist.", "playlist track",
       "put {track} on {playlist} | add {track} to {playlist} | place {track} at the end of {playlist}",
       (Need("count('entry', playlist=playlist, track=track) == 0",
             "{track} is on {playlist} already; name another track"),
        Need("count('entry', playlist=playlist) < rule('playlist length')",
             "{playlist} holds {rule('playlist length')} tracks, the most allowed; choose another playlist")),
       (Create("entry", {"playlist": "playlist", "track": "track", "place": "count('entry', playlist=playlist) + 1",
                         "added": "today", "saves": "0"}),
        Set("playlist", {"updated": "today"}))),
)
