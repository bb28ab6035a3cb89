"""Operations of programs: what they come to, what has no answer, their words and figures."""

from __future__ import annotations

import pytest
from program_grounds import ground_of, settled

from ftrl_gym.construct.domain import Attribute
from ftrl_gym.construct.frames import FRAMES
from ftrl_gym.construct.operations import OPERATIONS, Asked
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Keep, Op, Program, Relation
from ftrl_gym.task import Answer, AnswerType, Split

PRICE = Attribute(AnswerType.MONEY, ("the price of {x}",), unit="EUR", low="is cheaper", high="is dearer", adds=True)
DAY = Attribute(AnswerType.DATE, ("the date of {x}",), low="is earlier", high="is later")
CLOCK = Attribute(AnswerType.TIME, ("the time of {x}",), low="is earlier", high="is later")
NAME = Attribute(AnswerType.NAME, ("the owner of {x}",))
WAIT = Attribute(AnswerType.NUMBER, ("the wait in days at {x}",), unit="days", low="is shorter", high="is longer")
ROWS = Follow("rooms", "room", ())


def asked(op: Op, values: list[object], words: Attribute, split: int = 0, **said: object) -> Answer | None:
    program = Program(op, (), **said)  # type: ignore[arg-type]
    labels = lambda n: (AnswerType.NAME, "abcdefghij"[n])  # noqa: E731
    return OPERATIONS[op].answer(Asked(program, values, words, words.unit, labels, "2026-05-04", split))


@pytest.mark.parametrize(
    ("op", "values", "words", "said", "value"),
    [
        (Op.TEST, [140], PRICE, {"relation": Relation.BELOW, "figure": 150}, True),
        (Op.TEST, ["10:00"], CLOCK, {"relation": Relation.BELOW, "figure": "09:30"}, False),
        (Op.TIMES, [12.5], PRICE, {"figure": 3}, 37.5),
        (Op.UNITS, [14], WAIT, {"figure": "weeks"}, 2),
        (Op.UNITS, [3], WAIT, {"figure": "hours"}, 72),
        (Op.SHIFT, ["2026-05-30"], DAY, {"relation": Relation.ABOVE, "figure": 3}, "2026-06-02"),
        (Op.SHIFT, ["10:20"], CLOCK, {"relation": Relation.BELOW, "figure": 30}, "09:50"),
        (Op.UNTIL, ["2026-05-14"], DAY, {}, 10),
        (Op.DAYS, ["2026-05-14", "2026-04-30"], DAY, {}, 14),
        (Op.MINUTES, ["09:50", "11:05"], CLOCK, {}, 75),
        (Op.MEAN, [10, 20, 45], PRICE, {"over": ROWS}, 25),
        (Op.LEAST, [10, 20, 10], PRICE, {"over": ROWS}, 10),
        (Op.MOST, [10, 20, 10], PRICE, {"over": ROWS}, 20),
        (Op.LOWEST, [30, 20, 30], PRICE, {"over": ROWS}, "b"),
        (Op.SECOND_LOWEST, [30, 20, 45], PRICE, {"over": ROWS}, "a"),
        (Op.SECOND_HIGHEST, [30, 20, 45, 45.5], PRICE, {"over": ROWS}, "c"),
        (Op.SUM, [10, 10, 5], PRICE, {"over": ROWS}, 25),
        (Op.COUNT, [10, 20, 30], PRICE, {"over": ROWS, "keep": Keep("price", Relation.BELOW, 25)}, 2),
        (Op.SELECT, [10, 20, 30], PRICE, {"over": ROWS, "keep": Keep("price", Relation.ABOVE, 15)}, ["b", "c"]),
        (Op.BOTH, ["x", "y", "y", "z"], NAME, {"over": ROWS, "split": 2}, ["y"]),
        (Op.EITHER, ["x", "y", "y", "z"], NAME, {"over": ROWS, "split": 2}, ["x", "y", "z"]),
        (Op.FIRST_ONLY, ["x", "y", "y", "z"], NAME, {"over": ROWS, "split": 2}, ["x"]),
    ],
)
def test_what_operations_come_to(op: Op, values: list[object], words: Attribute, said: dict[str, object],
                                 value: object) -> None:  # fmt: skip
    answer = asked(op, values, words, **said)  # type: ignore[arg-type]
    assert answer is not None
    assert answer.value == value
    assert OPERATIONS[op].takes(words)


@pytest.mark.parametrize(
    ("op", "values", "words", "said"),
    [
        (Op.TEST, [150], PRICE, {"relation": Relation.BELOW, "figure": 150}),
        (Op.UNITS, [13], WAIT, {"figure": "weeks"}),
        (Op.UNTIL, ["2026-05-03"], DAY, {}),
        (Op.DAYS, ["2026-05-14", "2026-05-14"], DAY, {}),
        (Op.MEAN, [10, 20, 20], PRICE, {"over": ROWS}),
        (Op.LOWEST, [20, 20, 30], PRICE, {"over": ROWS}),
        (Op.SECOND_LOWEST, [10, 20, 20], PRICE, {"over": ROWS}),
        (Op.SECOND_LOWEST, [10, 10, 20], PRICE, {"over": ROWS}),
        (Op.COUNT, [10, 20], PRICE, {"over": ROWS, "keep": Keep("price", Relation.BELOW, 25)}),
        (Op.SELECT, [10, 20], PRICE, {"over": ROWS, "keep": Keep("price", Relation.ABOVE, 25)}),
        (Op.BOTH, ["x", "y", "u", "z"], NAME, {"over": ROWS, "split": 2}),
        (Op.SHIFT, ["23:50"], CLOCK, {"relation": Relation.ABOVE, "figure": 30}),
    ],
)
def test_ties_and_trivial_cases_have_no_answer(op: Op, values: list[object], words: Attribute,
                                               said: dict[str, object]) -> None:  # fmt: skip
    assert asked(op, values, words, **said) is None  # type: ignore[arg-type]


def test_the_list_of_operations_is_closed_and_each_has_words_of_its_own_for_either_split() -> None:
    assert set(OPERATIONS) == set(FRAMES) == set(Op)
    for op in Op:
        for sort in {frame.sort for frame in FRAMES[op]}:
            splits = {frame.split for frame in FRAMES[op] if frame.sort is sort}
            assert splits == {None, Split.TRAIN, Split.TEST} or op in (Op.BOTH, Op.EITHER, Op.FIRST_ONLY, Op.UNTIL)
            assert {None, Split.TEST} <= splits, (op, sort)


def test_what_is_counted_is_compared_with_whole_figures() -> None:
    ground = ground_of("TravelBooking")
    for hotel in sorted(ground.world.tables["hotels"])[:20]:
        tested = Program(Op.TEST, (Attr(Anchor("hotel", hotel), "stars"),), relation=Relation.ABOVE)
        for seed in range(6):
            assert isinstance(settled(tested, ground, seed).figure, int)
