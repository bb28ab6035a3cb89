"""What a build with a model starts from: a domain in words, or a file of questions; and the briefs that follow from it.

Every brief follows from the plan and its number alone. One in five tasks is for testing; kinds come in turn, the number
of hops and how far tools are scaled are spread over what the kind allows.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ftrl_gym.construct.objects import SCALINGS, Brief, Scalings
from ftrl_gym.errors import UsageError
from ftrl_gym.task import Kind, Provenance, Split
from ftrl_gym.version import __version__

TEST_EVERY = 5
"""One in so many tasks is for testing, the second first: small builds have one, too."""
_QUESTION_FIELDS = ("question", "query", "prompt", "text")


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


def read_questions(file: Path) -> tuple[str, ...]:
    """The questions of a text file, one a line, or of a JSON-lines file, each a text or an object with one.

    Raises:
        UsageError: It cannot be read, or holds no question, or a line that is none.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}. --questions takes a .txt or .jsonl file in UTF-8") from error
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip() and not (file.suffix != ".jsonl" and line.startswith("#")):
            found.append(_question(file, number, line) if file.suffix == ".jsonl" else line.strip())
    if not found:
        raise UsageError(f"{file} holds no question; it has one a line, or one JSON object a line (.jsonl)")
    return tuple(dict.fromkeys(found))


def _question(file: Path, number: int, line: str) -> str:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{file}, line {number}: no JSON ({error})") from None
    if isinstance(value, dict):
        value = next((value[name] for name in _QUESTION_FIELDS if isinstance(value.get(name), str)), None)
    if not isinstance(value, str) or not value.strip():
        names = " or ".join(_QUESTION_FIELDS)
        raise UsageError(f"{file}, line {number}: it is no text, and no object with {names}")
    return value.strip()


def scenario_name(said: str) -> str:
    """A name for a scenario out of words.

    >>> scenario_name("museum loans"), scenario_name("my 3rd-party questions.v2"), scenario_name("???")
    ('MuseumLoans', 'My3rdPartyQuestionsV2', 'Scenario')
    """
    words = re.findall(r"[A-Za-z0-9]+", said)
    name = "".join(word[0].upper() + word[1:] for word in words)[:50]
    return name if name[:1].isalpha() else f"Scenario{name}"[:50]
