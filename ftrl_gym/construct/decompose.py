"""Stage 1, scenario decomposition: a brief becomes a question with sub-questions, answer and reference solution.

A shape is drawn, bound to rows of the world, evaluated in all its readings, and put into words. Whatever is not exactly
one right answer is no question: homonyms, ties and relations that can be taken two ways are refused here.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable

from ftrl_gym.construct.answering import Ground, NoQuestion, answer_of, candidates_of, rivals_of, with_aliases
from ftrl_gym.construct.asking import Said, Unsaid, say
from ftrl_gym.construct.binding import Binder
from ftrl_gym.construct.briefs import indirection, operation_level
from ftrl_gym.construct.compiling import compile_all, kind_of
from ftrl_gym.construct.composing import check_shape, draw
from ftrl_gym.construct.objects import Brief, Decomposition, GoldCall, GoldWords
from ftrl_gym.construct.phrasing import Speaker
from ftrl_gym.construct.printing import printed
from ftrl_gym.construct.programs import Op, Program, Relation, walks_of
from ftrl_gym.construct.settling import settle
from ftrl_gym.construct.subquestions import SubQuestions
from ftrl_gym.construct.telling import WORKED_OUT, known_already
from ftrl_gym.construct.users import Script, refuse_repeated
from ftrl_gym.errors import ConstructionError
from ftrl_gym.task import Answer, Kind, Outcome, OutcomeKind

_TRIES = 12
_BOTH = 0.4
"""How often a user who changes their mind keeps a detail back, too."""


def decompose(brief: Brief, ground: Ground) -> Decomposition:
    """The question of one draw.

    Raises:
        NoQuestion: The draw has no rows, more than one reading, or an answer that cannot be asked for.
    """
    full = operation_level(brief.difficulty)
    check_shape(ground.shapes, brief.scenario, brief.kind, brief.hops, brief.width, full)
    rng = random.Random(f"decompose/{brief.seed}/{brief.attempt}")
    user = "user" in brief.features
    twice = user and brief.width > 1 and rng.random() < 0.5
    kind = _ONE_OF.get(brief.kind, brief.kind) if twice else brief.kind
    level = 0 if twice else full
    sort = random.Random(f"sort/{brief.seed}/{brief.attempt // _OF_A_SORT}").random()
    shape = draw(ground.shapes, rng, kind, brief.hops, brief.width, level, sort)
    if "direct" in brief.features:
        another = functools.partial(draw, ground.shapes, rng, kind, brief.hops, brief.width, level)
        shape = _worked_out(shape, brief, level, lambda: another(rng.random()))
    program, answer = _bound(shape, ground, rng)
    # the other thing that a changed mind turns to is named in full, so both are
    indirect = 0 if twice else indirection(brief)
    speaker = Speaker(ground.reader, rng, brief.split, plain_dates=brief.difficulty < 0.2, indirect=indirect)
    script = Script()
    if twice:
        script.reconsider(program, _bound(shape, ground, rng)[0], ground, rng)
    if user and (not twice or rng.random() < _BOTH):
        script.keep_back(program, speaker, rng)
    said = _said(program, speaker)
    if program.op in (Op.LOWEST, Op.HIGHEST) and program.over is None:
        answer = with_aliases(answer, program, ground, speaker)
    programs = [program] if script.program is None else [program, script.program]
    compiled = compile_all(ground.domain, programs)
    writer = SubQuestions(ground, compiled[-1].lookups, speaker)
    if kind_of(writer.depth) is not brief.kind:
        raise NoQuestion("its kind has changed with its rows")
    calls, words = writer.calls(), [GoldWords(turn=0, say=" ".join(script.asks))] if script.asks else []
    if script.program is not None:
        calls, after = _twice(calls, len(compiled[0].lookups), max(writer.depth), answer)
        words += after
        answer = answer_of(script.program, ground)
    depth = writer.depth
    keep = program.keep
    known = known_already(program, speaker) if "direct" in brief.features else ""
    return Decomposition(
        brief=brief,
        question=said.text,
        family=said.family,
        program="; then ".join(printed(each, ground.reader) for each in programs),
        hops=max(depth),
        width=max(depth.count(level) for level in depth),
        sub_questions=tuple(writer.sub_questions),
        outcome=Outcome(
            kind=OutcomeKind.ANSWER, answer=answer, earned_by=tuple(writer.earned_by(compiled[-1].sources))
        ),
        calls=tuple(calls),
        words=tuple(words),
        counterpart=script.counterpart(),
        derivations=tuple(writer.derivations()),
        candidates=tuple(candidates_of(program, ground.reader)),
        tested=(str(keep.figure),) if keep is not None and keep.relation is Relation.IS else (),
        known=known,
        rivals=tuple(sorted(rivals_of(program, writer.lookups, ground.domain))),
        readings=1,
    )


def _worked_out(
    shape: Program | None, brief: Brief, level: int, another: Callable[[], Program | None]
) -> Program | None:
    """A shape whose answer is worked out from facts that somebody could tell.

    Raises:
        ConstructionError: Questions of this kind and level ask for facts only.
    """
    if not level and brief.kind in (Kind.SINGLE_HOP, Kind.MULTI_HOP):
        raise ConstructionError(f"easy {brief.kind} questions ask for facts, so that there is nothing to tell before")
    for _ in range(_TRIES):
        if shape is not None and shape.op in WORKED_OUT and shape.over is None:
            break
        shape = another()
    return shape


def _said(program: Program, speaker: Speaker) -> Said:
    """The question in words."""
    try:
        said = say(speaker, program)
    except Unsaid as error:
        raise NoQuestion(str(error)) from None
    if program.over is None and len(set(walks_of(program))) < len(program.values) and program.op is Op.LIST:
        raise NoQuestion("the same thing is asked about twice")
    refuse_repeated(said.text, speaker)
    return said


def _bound(shape: Program | None, ground: Ground, rng: random.Random) -> tuple[Program, Answer]:
    """A shape over rows that give it one answer; a few draws, so that shapes that often have none are not lost."""
    for _ in range(_BINDINGS):
        program = Binder(ground.reader, rng).program(shape) if shape is not None else None
        program = settle(program, ground.reader, rng) if program is not None else None
        if program is not None:
            try:
                return program, answer_of(program, ground)
            except NoQuestion:
                continue
    raise NoQuestion("no rows give the shape one answer")


_OF_A_SORT = 12
"""Draws in a row for the same sort of question."""
_BINDINGS = 6
"""Draws of rows for one shape."""
_ONE_OF = {Kind.PARALLEL_SINGLE_HOP: Kind.SINGLE_HOP, Kind.PARALLEL_MULTI_HOP: Kind.MULTI_HOP}
"""What is asked twice, once for each of two things, to make a task of a parallel kind."""


def _twice(calls: list[GoldCall], first: int, depth: int, answer: Answer) -> tuple[list[GoldCall], list[GoldWords]]:
    """The calls for the first wish, its answer, and then those for the second."""
    early = {f"s{n + 1}" for n in range(first)}
    moved = [
        call if early.issuperset(call.answers) else call.model_copy(update={"turn": call.turn + depth})
        for call in calls
    ]
    from ftrl_gym.policies import answer_text

    return sorted(moved, key=lambda call: call.turn), [GoldWords(turn=depth, say=answer_text(answer))]
