"""``gym.make("ftrl/BFCL-v0", category=...)``: entries of the Berkeley Function Calling Leaderboard as episodes.

Data, tools and checkers are those of the authors' package ``bfcl-eval``; nothing of it is packaged.
"""

from __future__ import annotations

import os
from typing import Any

from ftrl_gym.env_settings import check_keywords
from ftrl_gym.episode import End
from ftrl_gym.prompt import MAX_RESULT_CHARS, error_text, escaped, to_json
from ftrl_gym.suites.bfcl_calls import Rollout, call_string, problem
from ftrl_gym.suites.bfcl_entries import AST, LIVE, MULTI_TURN, RELEVANCE, Entry, openai_documents, read_category
from ftrl_gym.suites.bfcl_package import NAME, data_folder, load
from ftrl_gym.suites.conversation import KEYWORDS, ConversationEnv, ForeignTasks, Opening, Played
from ftrl_gym.suites.data_files import checked_path
from ftrl_gym.toolcall import Call, CallStatus, Turn, short

COLUMNS = {"base": MULTI_TURN[:1], "multi_turn": MULTI_TURN, "ast": AST, "live": LIVE, "relevance": RELEVANCE}
"""Column -> the categories that it is about."""
MOST_TURNS = 500
"""More than the authors' limit on each of the user's turns lets happen."""


class BfclEnv(ConversationEnv[Entry]):
    """BFCL: the right calls, in one turn or in a conversation.

    ## Action space
    Text with calls, any number of them.

    ## Observation space
    Text: tools and a question. In the categories with several turns, what the calls gave; after a turn without calls,
    what the user wants next.

    ## Rewards
    At the end 1 if the authors' checker calls it right, else 0.

    ## Episode end
    After the only turn; with several, when the user has nothing left to ask, or a turn of theirs has taken more steps
    than the authors allow, which makes it wrong.

    ## Tools
    Documents only; with several turns the authors' simulated services.

    ## Verification
    ``info["score"]`` holds the verdict under the name of each column that the category counts for.
    """

    def begin(self, task: Entry) -> Opening:
        """See :class:`ConversationEnv`."""
        self.close()
        self._rollout = Rollout(task) if task.kind in MULTI_TURN else None
        # Those that the user adds later can be called before, as in the authors' own loop: a right call is made so.
        every = openai_documents(task.kind, task.functions) if self._rollout else ()
        self._tools = {document["function"]["name"]: document for document in every}
        self._called: list[list[list[str]]] = [[]]
        self._verdict: bool | None = None
        first = [dict(message) for message in task.turns[0]]
        system = "\n\n".join(message["content"] for message in first if message["role"] == "system")
        said = [message for message in first if message["role"] != "system"]
        return Opening(system, said, task.documents)

    def play(self, turn: Turn, text: str) -> Played:
        """See :class:`ConversationEnv`."""
        if self._rollout is None:
            self._verdict = right_at_once(self.task, turn)
            return Played(end=End.ANSWERED)
        if turn.calls:
            return self._step(turn.calls, self._rollout)
        if len(self._called) == len(self.task.turns):
            self._verdict = self._rollout.right(self._called)
            return Played(end=End.USER_DONE)
        self._called.append([])
        return Played(said=self._next_words(len(self._called) - 1))

    def _step(self, calls: list[Call], rollout: Rollout) -> Played:
        """Runs the calls that can be written, in order, and tells of the others."""
        told = [self._problem(call) for call in calls]
        written = [
            call_string(call.name, call.arguments) for call, (_, why) in zip(calls, told, strict=True) if not why
        ]
        given = iter(rollout.run(written))
        self._called[-1].append(written)
        results = []
        for call, (status, why) in zip(calls, told, strict=True):
            if why:
                results.append((call.name if call.name in self._tools else "unknown", status, error_text(why)))
                continue
            result = next(given)
            failed = result.startswith(("Error during execution", '{"error"'))
            status = CallStatus.TOOL_ERROR if failed else CallStatus.OK
            results.append((call.name, status, escaped(result[:MAX_RESULT_CHARS])))
        if len(self._called[-1]) > load().steps:
            self._verdict = False
            return Played(results, end=End.TURN_LIMIT)
        return Played(results)

    def _problem(self, call: Call) -> tuple[CallStatus, str]:
        if call.problem is not None:
            return CallStatus.MALFORMED, f"malformed call: {call.problem}"
        if call.name not in self._tools:
            return CallStatus.UNKNOWN_TOOL, f"unknown tool {short(call.name)}. Tools: {', '.join(self._tools)}"
        return CallStatus.BAD_ARGUMENTS, problem(call.name, call.arguments, self._tools[call.name]) or ""

    def _next_words(self, place: int) -> str:
        """What the user says in a turn of theirs; where tools are added then, it is that."""
        said = "\n\n".join(str(message["content"]) for message in self.task.turns[place])
        names = self.task.written.get("missed_function", {}).get(str(place), ())
        if not names:
            return said
        missed = [function for function in self.task.functions if function["name"] in names]
        added = openai_documents(self.task.kind, missed)
        told = load().more_tools.format(functions="\n".join(map(to_json, added)))
        return f"{told}\n\n{said}".strip()

    def score(self) -> dict[str, float]:
        """See :class:`ConversationEnv`; until the end nothing is right."""
        right = float(self._verdict or False)
        columns = {f"{name}_official": right for name, kinds in COLUMNS.items() if self.task.kind in kinds}
        return {"outcome": right, **columns}

    def reward(self) -> float:
        """See :class:`ConversationEnv`."""
        return self.score()["outcome"]

    def close(self) -> None:
        """Lets the tools' objects go."""
        rollout: Rollout | None = getattr(self, "_rollout", None)
        if rollout is not None:
            rollout.close()


def right_at_once(task: Entry, turn: Turn) -> bool:
    """The authors' verdict on the only turn. A malformed call makes it no calls at all, as in their decoding.

    Args:
        task: Of a category with one turn.
        turn: As the dialect reads it.

    Raises:
        UsageError: The package is not installed.
    """
    malformed = any(call.problem is not None for call in turn.calls)
    calls = [] if malformed else [{call.name: call.arguments} for call in turn.calls]
    if task.kind in RELEVANCE:
        return bool(calls) != ("irrelevance" in task.kind)
    if not calls:
        return False
    bfcl = load()
    language = bfcl.language(task.kind.removeprefix("simple_") if task.kind in AST[:3] else "python")
    return bool(bfcl.check_ast(list(task.functions), calls, task.answer, language, task.kind, NAME)["valid"])


def make_env(path: str | os.PathLike[str] | None = None, category: str = MULTI_TURN[0], **keywords: Any) -> BfclEnv:
    """Entry point of ``ftrl/BFCL-v0``.

    Args:
        path: A folder with other data in the layout of the package's; None takes those in the package.
        category: One of :data:`ftrl_gym.suites.bfcl_entries.CATEGORIES`.
        **keywords: ``docs``, ``dialect``, ``max_turns`` as for every environment here.

    Raises:
        UnknownNameError: No such category or keyword.
        UsageError: The package is not installed, its data are broken, or a value cannot be.
    """
    check_keywords(keywords, ("path", "category", *KEYWORDS))
    folder = checked_path(path) or data_folder()
    tasks = ForeignTasks(f"BFCL ({category})", read_category(category, folder))
    return BfclEnv(tasks, **{"max_turns": MOST_TURNS} | keywords)
