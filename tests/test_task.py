"""What a task may not be."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ftrl_gym.task import Answer, AnswerType, Outcome, OutcomeKind


@pytest.mark.parametrize("kind", [OutcomeKind.REFUSE, OutcomeKind.IMPOSSIBLE])
def test_saying_no_takes_a_word(kind: OutcomeKind) -> None:
    with pytest.raises(ValidationError, match=f'"{kind.value}" needs an answer'):
        Outcome(kind=kind)
    said = Answer(type=AnswerType.NAME, value="no")
    assert Outcome(kind=kind, answer=said).answer == said
    assert Outcome(kind=OutcomeKind.STATE).answer is None
