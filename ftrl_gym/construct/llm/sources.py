"""What a build with a model starts from, its name, and the briefs that follow from it.

Every brief follows from the plan and its number alone. One in five tasks is for testing; kinds come in turn, the number
of hops and how far tools are scaled are spread over what the kind allows.
"""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from ftrl_gym.construct.objects import SCALINGS, Brief, Scalings
from ftrl_gym.errors import UsageError
from ftrl_gym.task import Kind, Provenance, Split
from ftrl_gym.version import __version__

TEST_EVERY = 5
"""One in so many tasks is for testing, the second first: small builds have one, too."""


@dataclass(frozen=True, kw_only=True)
class SourcePlan:
    """What is to be built."""

    name: str
    """Of the scenario."""
    domain: str
    """What the tasks are about; empty where the questions say it."""
    tasks: int
    seed: int
    model: str
    """Name of the model, for provenance."""
    kinds: tuple[Kind, ...] = tuple(Kind)
    questions: tuple[str, ...] = ()
    """Questions to take apart; each becomes a task."""
    difficulty: float | None = None
    """How far tools are scaled, 0 to 1; None spreads it."""

    def content(self) -> dict[str, Any]:
        """The plan as JSON."""
        return {**asdict(self), "kinds": [kind.value for kind in self.kinds], "questions": list(self.questions)}

    def split_of(self, number: int) -> Split:
        """The split of the task with a number, counted from 0."""
        return Split.TEST if number % TEST_EVERY == 1 else Split.TRAIN

    def task_id(self, number: int) -> str:
        """The id of that task."""
        return f"{self.split_of(number).value}-{number + 1:05d}"

    def brief(self, number: int, others: tuple[str, ...]) -> Brief:
        """What is asked for as the task with a number.

        Args:
            number: Counted from 0.
            others: Questions of the tasks before it.
        """
        seed = random.Random(f"llm/{self.seed}/{number}").randrange(2**31)
        rng = random.Random(seed)
        round_, which = divmod(number, len(self.kinds))
        kind = self.kinds[which]
        chained, parallel = kind in (Kind.MULTI_HOP, Kind.PARALLEL_MULTI_HOP), "parallel" in kind.value
        difficulty = round(rng.random(), 2) if self.difficulty is None else self.difficulty
        on = [name for name in SCALINGS if rng.random() < 0.75]
        return Brief(
            scenario=self.name,
            domain=self.domain,
            asked=self.questions[number] if self.questions else "",
            number=number + 1,
            others=() if self.questions else others,
            seed=seed,
            split=self.split_of(number),
            kind=kind,
            hops=2 + round_ % 3 if chained else 1,
            width=2 + round_ % 2 if parallel else 1,
            difficulty=difficulty,
            scalings=Scalings.of(difficulty, on),
            provenance=Provenance(writer="llm", seed=seed, version=__version__, model=self.model),
        )


def scenario_name(said: str) -> str:
    """A name for a scenario out of words.

    Accents are left out; a letter that has no other spelling would be lost, so a name is asked for.

    >>> scenario_name("museum loans"), scenario_name("my 3rd-party questions.v2"), scenario_name("Käserei")
    ('MuseumLoans', 'My3rdPartyQuestionsV2', 'Kaserei')

    Raises:
        UsageError: It has a letter or a digit that cannot be told in A to Z and 0 to 9, or none at all.
    """
    plain = "".join(each for each in unicodedata.normalize("NFKD", said) if not unicodedata.combining(each))
    lost = [each for each in plain if each.isalnum() and not each.isascii()]
    words = re.findall(r"[A-Za-z0-9]+", plain)
    if lost or not words:
        why = f"{lost[0]!r} cannot be told in A to Z" if lost else "there is no letter or digit in it"
        raise UsageError(f"{said!r:.80} makes no name for a scenario: {why}. Give it one, such as --name WineTasting")
    name = "".join(word[0].upper() + word[1:] for word in words)[:50]
    return name if name[:1].isalpha() else f"Scenario{name}"[:50]
