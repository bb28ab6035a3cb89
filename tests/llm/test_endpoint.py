"""Endpoints and their quirks, against a server on loopback."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from llm.fake_server import FakeServer, Rule

from ftrl_gym.construct.llm.asking import Asker
from ftrl_gym.construct.llm.backends import opened
from ftrl_gym.construct.llm.endpoint import Endpoint
from ftrl_gym.construct.llm.model import Message
from ftrl_gym.construct.llm.replies import REPLIES, WriterStage
from ftrl_gym.construct.llm.replies_cache import RepliesCache
from ftrl_gym.construct.llm.reply_schemas import reply_schema
from ftrl_gym.errors import ModelUnreachable, RequestFailed, Unanswered, UsageError

MESSAGES: Sequence[Message] = ({"role": "system", "content": "be exact"}, {"role": "user", "content": "write"})
STAGE = WriterStage.DEPLOYMENT
SOON = {"Retry-After": "0.01"}


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FTRL_LLM_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def reply(server: FakeServer, **keywords: Any) -> Any:
    return Endpoint("m", server.url, **keywords).reply(STAGE, MESSAGES, reply_schema(STAGE))


def test_a_request_names_its_stage_and_brings_the_reply() -> None:
    with FakeServer([Rule(text="hello")]) as server:
        got = reply(server, options={"temperature": 0.3})
    assert (got.text, got.usage.prompt, got.usage.completion, got.usage.estimated) == ("hello", 100, 40, False)
    (seen,) = server.requests
    assert seen.body["model"] == "m" and seen.body["temperature"] == 0.3 and seen.body["messages"] == list(MESSAGES)
    form = seen.body["response_format"]
    assert form["type"] == "json_schema" and form["json_schema"]["name"] == "localized_deployment"
    assert form["json_schema"]["strict"] is True
    assert form["json_schema"]["schema"]["required"] == ["name", "code"]


@pytest.mark.parametrize(
    "fault",
    [
        Rule(times=2, status=429, headers=SOON),
        Rule(times=2, status=500, headers=SOON),
        Rule(times=1, status=503, headers=SOON),
        Rule(times=1, drop=True),
    ],
    ids=["429", "500", "503", "dropped"],
)
def test_what_passes_is_waited_for(fault: Rule) -> None:
    with FakeServer([fault, Rule(text="there")]) as server:
        assert reply(server).text == "there"
    assert len(server.requests) == 1 + (fault.times or 0)


def test_a_slow_try_is_made_again() -> None:
    with FakeServer([Rule(times=1, delay=1.0), Rule(text="there")]) as server:
        assert reply(server, seconds=0.3).text == "there"


def test_one_that_is_slow_is_not_one_that_is_not_there() -> None:
    with FakeServer([Rule(delay=1.0)]) as server, pytest.raises(RequestFailed, match="Timeout") as failed:
        reply(server, seconds=0.2, retries=0)
    assert failed.value.answered and "nobody answers" not in str(failed.value)


@pytest.mark.parametrize("status", [429, 500])
def test_what_does_not_pass_fails_the_request_with_what_was_said(status: int) -> None:
    with (
        FakeServer([Rule(status=status, headers=SOON)]) as server,
        pytest.raises(RequestFailed, match=f"HTTP {status}") as failed,
    ):
        reply(server, retries=2)
    assert failed.value.answered and len(server.requests) == 3


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_wrong_key_or_model_is_no_matter_of_time(status: int) -> None:
    with FakeServer([Rule(status=status)]) as server, pytest.raises(ModelUnreachable, match="FTRL_LLM_KEY"):
        reply(server)
    assert len(server.requests) == 1


def test_an_account_without_money_is_told_of() -> None:
    body = json.dumps({"error": {"message": "pay", "code": "insufficient_quota"}})
    with (
        FakeServer([Rule(status=429, headers=SOON, body=body)]) as server,
        pytest.raises(ModelUnreachable, match="used up"),
    ):
        reply(server, retries=1)


def test_nobody_there() -> None:
    with pytest.raises(RequestFailed, match="ConnectError") as failed:
        Endpoint("m", "http://127.0.0.1:9/v1", retries=0).reply(STAGE, MESSAGES, {})
    assert not failed.value.answered


def test_where_nobody_ever_was_one_try_is_enough() -> None:
    endpoint = Endpoint("m", "http://127.0.0.1:9/v1", retries=6)
    with pytest.raises(RequestFailed, match="nobody answers at"):
        endpoint.reply(STAGE, MESSAGES, {})
    assert endpoint._connection.faults == ("connection lost (ConnectError)",)


@pytest.mark.parametrize(
    "said",
    [
        "http://....",
        f"http://{'a' * 64}.invalid/v1",
        "http://127.0.0.1:9/v1/\n",
        "http://a b/v1",
        "http://x/v1?key=1",
        "http://x:0",
        "http://x:y",
        "http://[::1",
        "ftp://x",
        "x:8000",
        "",
        "http://",
    ],
)
def test_what_is_no_address_is_said_before_anything_is_asked(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="is no address"):
        opened(said, "m")
    if said:
        monkeypatch.setenv("OPENAI_BASE_URL", said)
        with pytest.raises(UsageError, match=r"OPENAI_BASE_URL is .*, which is no address"):
            opened(None, "m")


@pytest.mark.parametrize("said", ["http://localhost:8000", "https://[::1]:8000/v1", "http://bücher.example/v1/"])
def test_an_address(said: str) -> None:
    assert isinstance(opened(said, "m"), Endpoint)


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(RequestFailed, match=r"nobody answers at http://127\.0\.0\.1:9/v1") as failed:
        Endpoint("m", "http://me:secret@127.0.0.1:9", retries=0).reply(STAGE, MESSAGES, {})
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize("header", [{"Retry-After": "86400"}, {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}])
def test_a_long_wait_is_cut_short(header: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ftrl_gym.endpoint_client.MOST_WAIT", 0.02)
    with FakeServer([Rule(times=1, status=429, headers=header), Rule(text="there")]) as server:
        got = reply(server)
    assert (got.text, got.retried, len(server.requests)) == ("there", ("HTTP 429",), 2)


def test_an_endpoint_that_refuses_formats_is_asked_in_words_from_then_on() -> None:
    with FakeServer([Rule(text="there")], refuses_formats=True) as server:
        endpoint = Endpoint("m", server.url)
        for _ in range(2):
            assert endpoint.reply(STAGE, MESSAGES, reply_schema(STAGE)).text == "there"
    assert ["response_format" in seen.body for seen in server.requests] == [True, False, False]
    assert '"required": ["name", "code"]' in server.requests[-1].body["messages"][-1]["content"]


def test_another_refusal_is_no_reason_to_give_up_formats() -> None:
    with FakeServer([Rule(status=400, times=2), Rule(text="there")]) as server:
        endpoint = Endpoint("m", server.url)
        with pytest.raises(RequestFailed, match="HTTP 400"):
            endpoint.reply(STAGE, MESSAGES, reply_schema(STAGE))
        assert endpoint.reply(STAGE, MESSAGES, reply_schema(STAGE)).text == "there"
    assert "response_format" in server.requests[-1].body


def test_a_message_without_words_is_an_empty_reply() -> None:
    body = {"choices": [{"message": {"content": None}}], "usage": {"prompt_tokens": "many"}}
    with FakeServer([Rule(body=json.dumps(body))]) as server:
        got = reply(server)
    assert got.text == "" and got.usage.estimated and got.usage.prompt > 0


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "no such model", "code": 404}},
        {"choices": []},
        {"choices": None},
        {"choices": [{"message": None}]},
        {"choices": [{"text": "x"}]},
        {},
        [],
        7,
    ],
)
def test_a_response_without_a_message_fails_the_request_and_is_not_remembered(body: Any, tmp_path: Path) -> None:
    cache = RepliesCache(tmp_path)
    with FakeServer([Rule(body=json.dumps(body))]) as server, pytest.raises(Unanswered, match="without a message"):
        Asker(Endpoint("m", server.url), cache).ask(STAGE, MESSAGES, REPLIES[STAGE])
    assert not list(tmp_path.iterdir())


def test_parts_are_joined_and_a_cut_is_noticed() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}, {"type": "image"}]
    body = {"choices": [{"message": {"content": parts}, "finish_reason": "length"}]}
    with FakeServer([Rule(body=json.dumps(body))]) as server:
        got = reply(server)
    assert (got.text, got.cut) == ("ab", True)


def test_a_response_that_is_no_json_fails_the_request() -> None:
    with FakeServer([Rule(body="<html>busy</html>")]) as server, pytest.raises(RequestFailed, match="no JSON"):
        reply(server)


def test_tokens_are_estimated_where_nobody_counts() -> None:
    with FakeServer([Rule(text="x" * 350)], counts=False) as server:
        got = reply(server)
    assert got.usage.estimated and got.usage.completion == 100


def test_an_address_may_be_without_its_path() -> None:
    with FakeServer([Rule(text="there")]) as server:
        root = server.url.removesuffix("/v1")
        assert Endpoint("m", root).reply(STAGE, MESSAGES, {}).text == "there"
    assert server.requests[0].path == "/v1/chat/completions"


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "second")
    monkeypatch.setenv("FTRL_LLM_KEY", "first")
    with FakeServer([Rule()]) as server:
        reply(server)
    assert server.requests[0].key == "first"


def test_a_key_that_cannot_be_sent_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FTRL_LLM_KEY", "geheim\u2028x")
    with pytest.raises(UsageError) as refused:
        Endpoint("m", "http://127.0.0.1:9/v1")
    assert "geheim" not in str(refused.value)


def test_openai_itself_needs_a_key() -> None:
    with pytest.raises(UsageError, match="FTRL_LLM_KEY"):
        opened(None, "m")


@pytest.mark.parametrize("address", ["localhost:8000", "http://", "http://[::1", "http://x:port/v1", "ftp://x/v1"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="http://"):
        opened(address, "m")


def test_an_unknown_model_is_told_with_those_that_are_there() -> None:
    with (
        FakeServer([Rule(status=404)], models=["Qwen/Qwen3-32B", "bge-m3"]) as server,
        pytest.raises(ModelUnreachable, match=r"no such model or address; its models are Qwen/Qwen3-32B, bge-m3 \("),
    ):
        reply(server)
