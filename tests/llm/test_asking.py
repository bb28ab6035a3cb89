"""Asking until a reply is usable, with memory and a limit."""

from __future__ import annotations

import json
import multiprocessing
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ftrl_gym.construct.llm.asking import Asker
from ftrl_gym.construct.llm.model import Message, Reply, Usage
from ftrl_gym.construct.llm.prompting import PACKAGED, Prompts
from ftrl_gym.construct.llm.replies import CodeReply, WriterStage
from ftrl_gym.construct.llm.replies_cache import RepliesCache
from ftrl_gym.construct.llm.spending import Prices, Spending
from ftrl_gym.errors import (
    BudgetSpent,
    GaveUp,
    ModelUnreachable,
    RequestFailed,
    Unanswered,
    UnknownNameError,
    UsageError,
)

STAGE = WriterStage.DEPLOYMENT
GOOD = json.dumps({"name": "get_loan", "code": "def get_loan(): ..."})
USER: Message = {"role": "user", "content": "write"}


class Scripted:
    """Replies from a list, and notes what it was asked."""

    name = "scripted"

    def __init__(self, *replies: str | Exception | Reply, options: Mapping[str, Any] | None = None) -> None:
        self.replies, self.asked = list(replies), list[list[Message]]()
        self.options: Mapping[str, Any] = options or {}

    def reply(self, stage: WriterStage, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        self.asked.append(list(messages))
        one = self.replies.pop(0)
        if isinstance(one, Exception):
            raise one
        return one if isinstance(one, Reply) else Reply(one, Usage(100, 10))


def test_a_good_reply_is_taken_with_its_conversation() -> None:
    model = Scripted(f"<think>hm</think>{GOOD}")
    asked = Asker(model).ask(STAGE, [USER], CodeReply)
    assert asked.value.name == "get_loan"
    assert asked.messages == (USER, {"role": "assistant", "content": GOOD})


def test_what_is_wrong_goes_back_as_evidence() -> None:
    model = Scripted("no", '{"name": "get_loan"}', GOOD)
    asker = Asker(model)
    asker.ask(STAGE, [USER], CodeReply)
    assert [len(messages) for messages in model.asked] == [1, 3, 5]
    assert model.asked[1][1] == {"role": "assistant", "content": "no"}
    assert "no JSON object" in model.asked[1][2]["content"] and model.asked[1][2]["role"] == "user"
    assert "code: Field required" in model.asked[2][4]["content"]
    assert asker.spending.total().asked_again == 2


def test_an_empty_or_cut_reply_is_asked_for_again() -> None:
    model = Scripted("", Reply(GOOD, Usage(1, 1), cut=True), GOOD)
    Asker(model).ask(STAGE, [USER], CodeReply)
    assert model.asked[1][1]["content"] == "(nothing)"
    assert "cut off" in model.asked[2][4]["content"]


def test_the_callers_check_is_evidence_too() -> None:
    model = Scripted(GOOD, GOOD.replace("get_loan", "get_vase"))
    asked = Asker(model).ask(STAGE, [USER], CodeReply, lambda code: "not that one" if code.name == "get_loan" else None)
    assert asked.value.name == "get_vase" and "not that one" in model.asked[1][2]["content"]


def test_it_gives_up_with_the_stage_and_the_last_reason() -> None:
    with pytest.raises(
        GaveUp, match="localized_deployment: no usable reply in 2 tries; the last: there is no JSON"
    ) as gone:
        Asker(Scripted("no", "no"), tries=2).ask(STAGE, [USER], CodeReply)
    assert gone.value.stage == STAGE


def test_a_long_reply_does_not_come_back_whole() -> None:
    model = Scripted("x" * 100_000, GOOD)
    Asker(model).ask(STAGE, [USER], CodeReply)
    assert len(model.asked[1][1]["content"]) < 21_000


def test_one_failed_request_costs_one_question_and_several_end_the_build() -> None:
    model = Scripted(GOOD, *[RequestFailed("HTTP 500")] * 5)
    asker = Asker(model)
    asker.ask(STAGE, [USER], CodeReply)
    for _ in range(4):
        with pytest.raises(Unanswered, match="HTTP 500"):
            asker.ask(STAGE, [USER], CodeReply)
    with pytest.raises(ModelUnreachable, match="scripted cannot be asked: HTTP 500"):
        asker.ask(STAGE, [USER], CodeReply)


def test_nobody_there_from_the_beginning_ends_it_at_once() -> None:
    with pytest.raises(ModelUnreachable, match="refused"):
        Asker(Scripted(RequestFailed("refused", answered=False))).ask(STAGE, [USER], CodeReply)


def test_a_remembered_reply_is_not_paid_for(tmp_path: Path) -> None:
    for number in range(2):
        model = Scripted(*(("no", GOOD) if number == 0 else ()))
        spending = Spending(prices=Prices(1.0, 10.0))
        asked = Asker(model, RepliesCache(tmp_path), spending).ask(STAGE, [USER], CodeReply)
        assert asked.value.name == "get_loan"
        spent = spending.by_stage()[STAGE]
        assert (spent.requests, spent.remembered, spent.tokens) == ((2, 0, 220), (0, 2, 220))[number]
        assert spending.cost() == pytest.approx((0.0004, 0.0)[number])


@pytest.mark.parametrize("change", ["options", "message", "name"])
def test_another_question_has_another_reply(tmp_path: Path, change: str) -> None:
    cache = RepliesCache(tmp_path)
    Asker(Scripted(GOOD), cache).ask(STAGE, [USER], CodeReply)
    other = Scripted(GOOD, options={"temperature": 1} if change == "options" else None)
    if change == "name":
        other.name = "another"
    message = {**USER, "content": "write more"} if change == "message" else USER
    Asker(other, cache).ask(STAGE, [message], CodeReply)
    assert len(other.asked) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"reply": {"text": "x"}}', b"\xff\xfe"])
def test_a_broken_file_is_not_there(tmp_path: Path, content: bytes) -> None:
    cache = RepliesCache(tmp_path)
    Asker(Scripted(GOOD), cache).ask(STAGE, [USER], CodeReply)
    (file,) = tmp_path.rglob("*.json")
    assert json.loads(file.read_text())["request"]["messages"] == [USER]
    file.write_bytes(content)
    model = Scripted(GOOD)
    Asker(model, cache).ask(STAGE, [USER], CodeReply)
    assert len(model.asked) == 1 and not list(tmp_path.rglob("*.tmp"))


def _keep(folder: Path) -> None:
    cache, model = RepliesCache(folder), Scripted()
    for number in range(40):
        message = {"role": "user", "content": str(number)}
        cache.keep(model, STAGE, [message], {}, Reply("x" * 10_000, Usage(1, 1)))
        found = cache.find(model, STAGE, [message], {})
        assert found is not None and len(found.text) == 10_000


def test_threads_and_processes_share_a_folder(tmp_path: Path) -> None:
    threads = [threading.Thread(target=_keep, args=(tmp_path,)) for _ in range(4)]
    process = multiprocessing.get_context("spawn").Process(target=_keep, args=(tmp_path,))
    for one in (process, *threads):
        one.start()
    for one in (process, *threads):
        one.join()
    assert process.exitcode == 0
    assert len(list(tmp_path.rglob("*.json"))) == 40 and not list(tmp_path.rglob("*.tmp"))


def test_the_limit_stops_before_a_request_that_would_go_over_it() -> None:
    model = Scripted(GOOD, GOOD, GOOD)
    asker = Asker(model, spending=Spending(limit=240))
    for _ in range(2):
        asker.ask(STAGE, [USER], CodeReply)
    with pytest.raises(BudgetSpent, match="220 of 240 tokens"):
        asker.ask(STAGE, [{**USER, "content": "x" * 100}], CodeReply)
    assert len(model.asked) == 2


def test_requests_under_way_are_reserved() -> None:
    spending = Spending(limit=100)
    with spending.admitted(STAGE, 60), pytest.raises(BudgetSpent), spending.admitted(STAGE, 60):
        raise AssertionError("admitted")
    with spending.admitted(STAGE, 60):
        spending.count(STAGE, Usage(50, 10), remembered=False, again=False)
    assert spending.total().tokens == 60


def test_a_second_run_meets_the_limit_at_the_same_place(tmp_path: Path) -> None:
    for _ in range(2):
        asker = Asker(Scripted(GOOD, GOOD), RepliesCache(tmp_path), Spending(limit=200))
        asker.ask(STAGE, [USER], CodeReply)
        with pytest.raises(BudgetSpent):
            asker.ask(STAGE, [{**USER, "content": "x" * 400}], CodeReply)


def test_the_packaged_prompts_take_these_values() -> None:
    values = {
        WriterStage.DECOMPOSITION: ("source", "number", "kind", "shape", "avoid"),
        WriterStage.DOCUMENTS: ("question", "sub_questions"),
        WriterStage.INTEGRATION: ("question", "sub_questions", "documents"),
        WriterStage.SCALING: ("question", "sub_questions", "tools", "calls", "scalings"),
        WriterStage.DEPLOYMENT: ("tool", "calls", "name"),
    }
    for stage, names in values.items():
        system, user = Prompts().messages(stage, **{name: f"<{name}>" for name in names})
        assert (system["role"], user["role"]) == ("system", "user")
        assert all(f"<{name}>" in user["content"] for name in names)


def test_a_prompt_of_ones_own_replaces_the_packaged_one(tmp_path: Path) -> None:
    (tmp_path / "again.md").write_text("# User\n\nAgain, for $$5: $problem\n")
    assert Prompts(tmp_path).again("all")["content"] == "Again, for $5: all"
    assert Prompts(tmp_path).messages(STAGE, tool="t", calls="c", name="n") == Prompts().messages(
        STAGE, tool="t", calls="c", name="n"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("# User\n$nothing", "no value for nothing; there is one for problem"),
        ("# User\n5 $", "written"),
        ("x", "# User"),
    ],
)
def test_a_prompt_that_is_none(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "again.md").write_text(text)
    with pytest.raises(UsageError, match=why):
        Prompts(tmp_path).again("all")


def test_a_folder_of_prompts_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        Prompts(tmp_path / "nowhere")
    (tmp_path / "deployment.md").write_text("")
    with pytest.raises(UnknownNameError, match="localized_deployment"):
        Prompts(tmp_path)
    assert {file.stem for file in PACKAGED.glob("*.md")} == {*WriterStage, "again"}


def test_an_endpoint_that_goes_away_stops_the_build_at_once() -> None:
    asker = Asker(Scripted(GOOD, RequestFailed("refused", answered=False)))
    asker.ask(STAGE, [USER], CodeReply)
    with pytest.raises(ModelUnreachable, match="goes on from here"):
        asker.ask(STAGE, [{"role": "user", "content": "again"}], CodeReply)
