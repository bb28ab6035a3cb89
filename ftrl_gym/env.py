"""The environment: text in, tool calls out.

    reset   ->  instruction + tool documents + question
    step    ->  parse the turn -> validate each call -> run it -> feedback -> what it earned

A turn without calls goes to the task's counterpart; the default one ends the episode. Whatever a policy writes, a
step never raises: mistakes come back as feedback that says what was wrong and what would be right, and echo at most a
short, escaped piece of it. ``ToolUseEnv`` itself pays nothing; :class:`ftrl_gym.reward.VerifiableReward` turns what an
episode has earned into numbers.
"""

from __future__ import annotations

import copy
from typing import Any

import gymnasium as gym

from ftrl_gym import answers, counterpart, hints, prompt
from ftrl_gym.env_settings import check_turns_and_mode, wanted_task
from ftrl_gym.episode import End, Episode, Info, Message, TurnFacts
from ftrl_gym.errors import UsageError
from ftrl_gym.execution import Toolbox, ToolFailure, TrustedToolbox, absent, failing, run_ahead
from ftrl_gym.ftrl_ledger import FtrlLedger
from ftrl_gym.goal import changes_held
from ftrl_gym.known_calls import KnownCall
from ftrl_gym.matching import Ledger, Matching
from ftrl_gym.opening import Openings
from ftrl_gym.prompt import Fed
from ftrl_gym.spaces import UnicodeText
from ftrl_gym.task import Json, ModelUser, OutcomeKind, Task
from ftrl_gym.taskset import TaskSet, one_of
from ftrl_gym.toolcall import Call, CallStatus, Checker, Dialect, Turn, parse_shared, short, without_reasoning
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import World

MAX_CALLS = 16
"""At most so many calls of one turn run; the rest count as waste."""
MAX_TEXT = 2_000_000
"""Length of the longest action and observation, in characters."""

_SHARED = frozenset({"taskset", "_openings", "_tools", "_toolbox"})
"""What copies have in common: tasks, and what follows from them alone. No episode changes it."""

# looked up once: Python 3.11 takes its time over an enum's member
_OK, _ANSWERED, _USER_DONE, _TURN_LIMIT = CallStatus.OK, End.ANSWERED, End.USER_DONE, End.TURN_LIMIT


class ToolUseEnv(gym.Env[str, str]):
    """A task at a time, a turn a step.

    ## Action space
    ``UnicodeText``: one assistant turn, with any number of calls in the chosen dialect, or the final answer.

    ## Observation space
    ``UnicodeText``: after ``reset`` the instruction, the tool documents and the question; after ``step`` the feedback
    of the calls, or what the counterpart said. ``info["messages"]`` holds the same as chat messages, and
    ``info["tools"]`` the documents in OpenAI's format.

    ## Rewards
    0. ``gym.make`` puts :class:`ftrl_gym.reward.VerifiableReward` around it.

    ## Starting state
    A task drawn from the task set with ``seed``; ``options={"task": ID}`` picks one.

    ## Episode end
    Terminated by a turn without calls once the counterpart has nothing to say; truncated at the turn limit.

    ## Tools
    Those of the task, in the task's order. Every one really works on the task's world, distractors too.

    ## Verification
    ``info["score"]`` says what the calls have earned so far, and the outcome once the episode has ended.

    Args:
        taskset: Where tasks come from.
        docs: ``json`` or ``signature``.
        dialect: How calls are written: ``hermes``, ``llama3`` or ``pythonic``.
        max_turns: Turn limit; raised for a task that has a longer certified plan.
        matching: ``strict`` or ``ftrl``.
        reward: Reward scheme, for the wrapper.
        render_mode: ``ansi`` or None.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012 - Gymnasium's declaration

    def __init__(
        self,
        taskset: TaskSet,
        *,
        docs: str = "json",
        dialect: str = "hermes",
        max_turns: int = 20,
        matching: str = "strict",
        reward: str = "default",
        render_mode: str | None = None,
    ) -> None:
        check_turns_and_mode(max_turns, render_mode)
        self.taskset = taskset
        self.docs = prompt.Docs(one_of("docs", docs, prompt.Docs))
        self.dialect = Dialect(one_of("dialect", dialect, Dialect))
        self.matching = Matching(one_of("matching", matching, Matching))
        self.reward = reward
        self.max_turns = max_turns
        self.render_mode = render_mode
        self.action_space = UnicodeText(MAX_TEXT)
        self.observation_space = UnicodeText(MAX_TEXT)
        self._episode: Episode | None = None
        self._openings = Openings(taskset, self.docs, self.dialect)

    # ------------------------------------------------------------------ what is going on

    @property
    def episode(self) -> Episode:
        """The running episode.

        Raises:
            UsageError: ``reset`` was not called yet.
        """
        if self._episode is None:
            raise UsageError("call reset() first")
        return self._episode

    @property
    def task(self) -> Task:
        """The task being played."""
        return self.episode.task

    @property
    def world(self) -> World | None:
        """The task's world as it is now."""
        return self.episode.world

    @property
    def ledger(self) -> Ledger | FtrlLedger:
        """What the episode has earned so far."""
        return self.episode.ledger

    @property
    def documents(self) -> tuple[ToolDocument, ...]:
        """The documents of the tools offered, in order."""
        return self.taskset.documents(self.task)

    def checker(self, tool: str) -> Checker | None:
        """What checks the calls of a tool; None for one that the running task does not offer."""
        known = self._tools.get(tool)
        return None if known is None else known.checker

    @property
    def turn(self) -> int:
        """Assistant turns so far."""
        return self.episode.turn

    # ------------------------------------------------------------------ gymnasium

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, Info]:
        """Starts an episode.

        Args:
            seed: Of the task's draw.
            options: ``{"task": ID}`` picks a task.

        Raises:
            UnknownNameError: An unknown option or task.
            UsageError: Options of a wrong type, or a task whose user is a language model.
        """
        super().reset(seed=seed)
        wanted = wanted_task(options)
        task = self.taskset.get(wanted) if wanted is not None else self.taskset.draw(self.np_random)
        return self._begin(task)

    def _begin(self, task: Task) -> tuple[str, Info]:
        if isinstance(task.counterpart, ModelUser):
            raise UsageError(f"task {task.id} wants a language model as its user, and there is none; pick another task")
        opening = self._openings.of(task)
        self._tools = opening.tools
        self._toolbox: Toolbox = self.taskset.toolbox(task)
        self._turn_limit = max(self.max_turns, opening.turns_needed)
        ledger = Ledger(opening.goal) if self.matching is Matching.STRICT else FtrlLedger.of(opening.goal)
        system = opening.system
        messages: list[Message] = [{"role": "system", "content": system}, {"role": "user", "content": task.question}]
        self._episode = Episode(task, self.taskset.world(task), ledger, opening.told.copy(), transcript=tuple(messages))
        texts = [tool.text for tool in self._tools.values()]
        info: Info = {
            "task_id": task.id,
            "kind": task.kind.value,
            "messages": [dict(message) for message in messages],
            "tools": prompt.openai_documents(texts),
        }
        return prompt.observation(system, self.docs, self.dialect, texts, task.question), info

    def step(self, action: str) -> tuple[str, float, bool, bool, Info]:
        """Plays one assistant turn. Any text is a legal action.

        Raises:
            UsageError: There is no running episode, or ``action`` is not a str.
        """
        episode = self.episode
        so_far = episode.facts
        if so_far is not None and so_far.end is not None:
            raise UsageError("the episode has ended; call reset()")
        if not isinstance(action, str):
            raise UsageError(f"an action is a str, not {type(action).__name__}")
        ran, said = self.advance(action)
        told = ran or hints.of_ending(action, self.dialect, episode.facts)
        messages: list[Message] = [{"role": "tool", "name": fed.name, "content": fed.raw or fed.text()} for fed in told]
        observation = prompt.tool_observation([message["content"] for message in messages]) if told else said or ""
        if said is not None:
            messages.append({"role": "user", "content": said})
        statuses: list[Info] = [{"tool": fed.name, "status": fed.status._value_} for fed in ran]
        facts = episode.facts
        assert facts is not None
        episode.transcript += ({"role": "assistant", "content": action}, *messages)
        over = facts.end is not None
        truncated = facts.end is _TURN_LIMIT
        return observation, 0.0, over and not truncated, truncated, episode.info(messages, statuses)

    def advance(self, action: str, turn: Turn | None = None) -> tuple[list[Fed], str | None]:
        """The part of :meth:`step` that counts: plays one turn of a running episode and notes what it did in
        ``episode.facts``, but writes nothing down for a policy to read, nor into the transcript.

        ``turn`` is the action parsed, where that is at hand. Returned is what became of each call, and
        the counterpart's reply.
        """
        episode = self.episode
        turn = turn or parse_shared(action, self.dialect)
        episode.turn += 1
        episode.ledger.turn_begins(episode.heard.changes)
        ran: list[Fed] = []
        said, end, right = None, None, False
        if turn.calls:
            ran = self._run_calls(turn.calls, episode)
        else:
            said = self._say(turn.content, episode)
            if said is None:
                end = _ANSWERED if episode.task.counterpart.type == "nobody" else _USER_DONE
                right = self._outcome_is_right(action, episode)
        if end is None and episode.turn >= self._turn_limit:
            end = _TURN_LIMIT
        before = episode.facts.after if episode.facts is not None else None
        episode.facts = TurnFacts(turn.content, before, episode.ledger.score(), end, right)
        return ran, said

    def render(self) -> str | None:
        """The conversation so far, with ``render_mode="ansi"``."""
        if self.render_mode is None:
            return None
        return "\n\n".join(f"[{message['role']}]\n{message['content']}" for message in self.episode.transcript)

    # ------------------------------------------------------------------ snapshots

    def snapshot(self) -> Episode:
        """The episode as it stands, to go back to."""
        return self.episode.copy()

    def restore(self, saved: Episode) -> None:
        """Goes back to a snapshot of any env over the same task set. What was earned goes back too."""
        if self._episode is None or self._episode.task is not saved.task:
            self._begin(saved.task)
        self._episode = saved.copy()

    def fork(self) -> ToolUseEnv:
        """An independent env that continues from here."""
        twin = self.sibling()
        twin.restore(self.episode)
        return twin

    def sibling(self) -> ToolUseEnv:
        """An independent env over the same tasks, without an episode; what is known of tasks and tools is shared."""
        twin = ToolUseEnv(
            self.taskset,
            docs=self.docs,
            dialect=self.dialect,
            max_turns=self.max_turns,
            matching=self.matching,
            reward=self.reward,
            render_mode=self.render_mode,
        )
        twin._openings = self._openings
        twin.spec = self.spec
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> ToolUseEnv:
        """An independent env, with an episode and a generator of its own that go on alike; the tasks are shared."""
        own = {name: copy.deepcopy(part, memo) for name, part in vars(self).items() if name not in _SHARED}
        twin = copy.copy(self)
        twin.__dict__ |= own
        return twin

    # ------------------------------------------------------------------ a turn with calls

    def _run_calls(self, calls: list[Call], episode: Episode) -> list[Fed]:
        """Runs the calls of one turn in order. They cannot be grounded on each other: none was seen yet.

        Returns:
            What became of each call; the last says how many were too many.
        """
        ran: list[Fed] = []
        learned: list[Fed] = []
        surplus = len(calls) - MAX_CALLS
        if surplus > 0:
            calls = calls[:MAX_CALLS]
        toolbox = self._toolbox if len(calls) == 1 else run_ahead(self._toolbox, calls, self.checker)
        for call in calls:
            fed, teaches = self._run(call, episode, toolbox)
            ran.append(fed)
            if teaches:
                learned.append(fed)
        if surplus > 0:
            for _ in range(surplus):
                episode.ledger.attempt()
            problem = f"{surplus} more calls were not run: a turn may make {MAX_CALLS}"
            ran.append(Fed(CallStatus.NOT_RUN, "unknown", problem))
        for fed in learned:
            episode.told.add(fed)
        return ran

    def _run(self, call: Call, episode: Episode, toolbox: Toolbox) -> tuple[Fed, bool]:
        """One call: what became of it, and whether later calls may build on its feedback."""
        ledger, name = episode.ledger, call.name
        if call.problem is not None:
            ledger.attempt()
            return Fed(CallStatus.MALFORMED, "unknown", f"malformed call: {call.problem}"), False
        tool = self._tools.get(name)
        timeline = episode.task.timeline
        if tool is None or (timeline and absent(timeline, name, episode.turn - 1)):
            message = f"unknown tool {short(name)}. Tools: {', '.join(self._tools)}"
            ledger.failed(name, {}, message, valid=False, transient=False)
            return Fed(CallStatus.UNKNOWN_TOOL, "unknown", message), False
        checker, goal, world = tool.checker, ledger.goal, episode.world
        key = f"{world.mark}{call.key}" if world is not None and world.mark else call.key
        known = self._openings.calls.get(goal, key)
        if known is None:
            known = KnownCall.of(goal, call, checker)
            self._openings.calls.note(goal, key, known)
        if known.problem is not None:
            ledger.failed(name, {}, known.problem, valid=False, transient=False)
            return Fed(CallStatus.BAD_ARGUMENTS, name, f"{name}: {call.hint}{known.problem}"), False
        arguments = known.arguments
        number = episode.tool_calls.get(name, 0)
        episode.tool_calls[name] = number + 1
        event = failing(timeline, name, number) if timeline else None
        if event is not None:
            ledger.failed(name, arguments, event.message, valid=True, transient=True)
            return Fed(CallStatus.TOOL_ERROR, name, event.message), False
        allowed = not checker.writes or counterpart.agreed(episode.task.counterpart, episode.heard)
        allowed = allowed and not episode.spoiled
        grounded = allowed and ledger.grounded(name, arguments, episode.told, known.needles)
        mark = None if world is None else world.mark
        if known.fed is not None and mark is not None and world is not None:
            fed, reading, held = known.fed, known.reading, known.held
            if known.after is not None:
                world.restore(known.after, known.mark)
        else:
            fed, reading = _fed(name, checker.typed(call.arguments), toolbox, world), None
            held = None
            if checker.writes and world is not None and fed.status is _OK:
                held = frozenset(changes_held(goal, world.difference()))
            if world is not None and mark is not None and isinstance(toolbox, TrustedToolbox):
                reading = goal.reading(name, arguments, fed.value) if fed.status is _OK else None
                known.note(fed, reading, held, world, f"{mark}{call.key}\n")
                self._openings.calls.note(goal, key, known)
        if fed.status is not _OK:
            ledger.failed(name, arguments, fed.value, valid=True, transient=False)
            return fed, False
        if held is not None:
            episode.spoiled |= not grounded
        ledger.ran(name, arguments, grounded, fed.value, held, reading)
        return fed, grounded

    # ------------------------------------------------------------------ a turn without calls

    def _say(self, text: str, episode: Episode) -> str | None:
        """Hands a turn to the counterpart; None when that ended the episode."""
        reply = counterpart.reply(episode.task.counterpart, episode.heard, text)
        episode.heard = reply.heard
        if reply.needless:
            episode.ledger.waste()
        if reply.text is not None:
            episode.told.hear(reply.text)
        return reply.text

    def _outcome_is_right(self, turn: str, episode: Episode) -> bool:
        """Whether the ending is right, and the facts behind it were delivered in this episode."""
        outcome, ledger, world = episode.task.outcome, episode.ledger, episode.world
        if not ledger.has(outcome.earned_by) or not ledger.all_changes_solved():
            return False
        if world is not None and not ledger.goal.final.is_reached(world):
            return False
        said: Json = answers.said(turn)
        if outcome.kind is OutcomeKind.CLARIFY:
            return said is None and "?" in without_reasoning(turn)
        if outcome.answer is None or ledger.goal.answer is None:  # what was done was not refused, nor impossible
            return said is None or answers.fold(said) not in answers.UNDONE
        if said is None:
            return self.matching is Matching.FTRL and answers.stated_loosely(outcome.answer, turn)
        return ledger.goal.answer.is_said(said)


def _fed(name: str, arguments: dict[str, Any], toolbox: Toolbox, world: World | None) -> Fed:
    """What a valid call comes to."""
    try:
        return Fed(_OK, name, toolbox.run(name, arguments, world))
    except ToolFailure as failure:
        return Fed(CallStatus.TOOL_ERROR, name, str(failure))
