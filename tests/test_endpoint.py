"""A model behind an endpoint: its calls become the env's text, and nothing that a server does stops an evaluation."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import evaluate
import pytest
from chat_server import Answer, Behave, chat_server, completion, refused, said

from ftrl_agents.envs import env_factory
from ftrl_agents.episode import End, Episode
from ftrl_agents.patience import in_threads
from ftrl_gym.endpoint_chat import ApiCall, Reply, appended
from ftrl_gym.errors import FtrlGymError, UsageError
from ftrl_gym.toolcall import Dialect, parse

TASK = "test-00164"
CALL = ("get_flight", '{"flight_no": "LT3635"}')
ANSWER = "<answer>A220-300</answer>"


def right(body: dict[str, Any]) -> Answer:
    """Finds out, then answers."""
    return said(ANSWER) if any(m["role"] == "tool" for m in body["messages"]) else said("Let me see.", CALL)


def play(
    behave: Behave, members: int = 1, docs: str = "json", **settings: Any
) -> tuple[list[Episode], list[dict[str, Any]]]:
    pytest.importorskip("openai")
    from ftrl_agents.endpoint import Endpoint
    from ftrl_agents.endpoint_engine import EndpointEngine

    given = {"request_s": 5.0, "retries": 1, "episode_s": 20.0, "concurrency": 4} | settings
    make = env_factory("ftrl/TravelBooking-v0", split="test", docs=docs)
    episodes: list[Episode] = []
    with chat_server(behave) as (url, requests):
        endpoint = Endpoint(
            url, "toy", key_variable="NO_SUCH_KEY", request_s=given["request_s"], retries=given["retries"]
        )
        engine = EndpointEngine(
            endpoint, docs=docs, concurrency=given["concurrency"], max_turn_tokens=64, episode_s=given["episode_s"]
        )
        engine.play(make, [TASK], [range(members)], temperature=0.5, seed=0, on_episode=episodes.append)
    return episodes, requests


def test_native_calls_are_played_and_answered_by_id() -> None:
    (episode,), requests = play(right)
    assert episode.score["outcome"] == 1.0 and episode.end == End.ANSWERED and episode.error is None
    assert episode.turns[0].text.startswith("Let me see.\n<tool_call>")
    first, second = requests
    assert first["tools"] and (first["temperature"], first["max_tokens"], first["model"]) == (0.5, 64, "toy")
    assistant, result = second["messages"][-2:]
    assert assistant["tool_calls"][0]["id"] == result["tool_call_id"] == "id-0"
    assert "A220-300" in result["content"]


def test_calls_in_plain_text_are_played_and_answered_by_a_user_message() -> None:
    def behave(body: dict[str, Any]) -> Answer:
        assert "tools" not in body
        if "A220-300" in body["messages"][-1]["content"]:
            return said(ANSWER)
        return said('<tool_call>\n{"name": "get_flight", "arguments": {"flight_no": "LT3635"}}\n</tool_call>')

    (episode,), requests = play(behave, docs="signature")
    assert episode.score["outcome"] == 1.0
    assert requests[1]["messages"][-1]["role"] == "user"
    assert requests[1]["messages"][-1]["content"].startswith("<tool_response>")


def once(first: Answer) -> Behave:
    """Misbehaves at the first request, then does right."""
    seen: list[bool] = []

    def behave(body: dict[str, Any]) -> Answer:
        seen.append(True)
        return first if len(seen) == 1 else right(body)

    return behave


@pytest.mark.parametrize(
    "passing", [refused(429, "slow down"), refused(500, "oh"), refused(503, "oh"), Answer(drop=True)]
)
def test_what_passes_is_tried_again(passing: Answer) -> None:
    (episode,), requests = play(once(passing))
    assert episode.score["outcome"] == 1.0 and len(requests) == 3


def test_a_hanging_request_is_sent_again() -> None:
    (episode,), _ = play(once(Answer(hang=True)), request_s=1.0)
    assert episode.score["outcome"] == 1.0


@pytest.mark.parametrize(
    ("lasting", "words"),
    [
        (refused(429, "slow down"), "RateLimitError"),
        (refused(500, "the server burns"), "the server burns"),
        (refused(400, "unsupported"), "unsupported"),
        (Answer(drop=True), "APIConnectionError"),
        (Answer(body=completion([])), "without a message"),
        (Answer(body="<html>"), "JSON"),
        (Answer(body={"choices": "x"}), "no chat completion"),
        (Answer(body=completion([{"message": {"content": 5}}])), "no chat completion"),
        (Answer(body=completion([{"message": {"content": [{"type": "text"}]}}])), "no chat completion"),
    ],
)
def test_what_lasts_costs_its_episode_only(lasting: Answer, words: str) -> None:
    doomed: list[int] = []

    def behave(body: dict[str, Any]) -> Answer:
        doomed[:] = doomed or [body["seed"]]
        return lasting if body["seed"] == doomed[0] else right(body)

    episodes, _ = play(behave, members=3, retries=0)
    assert sorted(str(episode.end) for episode in episodes) == ["answered", "answered", "failed"]
    (failed,) = (episode for episode in episodes if episode.end is End.FAILED)
    assert words in str(failed.error) and failed.score == {}


def test_a_hanging_episode_is_given_up_while_the_others_go_on() -> None:
    doomed: list[int] = []

    def behave(body: dict[str, Any]) -> Answer:
        doomed[:] = doomed or [body["seed"]]
        return Answer(hang=True) if body["seed"] == doomed[0] else right(body)

    episodes, _ = play(behave, members=3, retries=0, episode_s=1.5)
    assert sorted(str(episode.end) for episode in episodes) == ["answered", "answered", "failed"]


@pytest.mark.parametrize("content", ["", None])
def test_an_empty_reply_is_an_empty_turn(content: str | None) -> None:
    (episode,), _ = play(lambda body: said(content, finish="length"))
    assert [turn.text for turn in episode.turns] == [""] and episode.turns[0].cut
    assert episode.score["outcome"] == 0.0 and episode.end == End.ANSWERED


def test_arguments_as_an_object_and_words_in_parts_are_understood() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "get_flight", "arguments": {"flight_no": "LT3635"}}}
    parts = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "<answer>A220-300"}]
    parts.append({"type": "text", "text": "</answer>"})

    def behave(body: dict[str, Any]) -> Answer:
        told = body["messages"][-1]["role"] == "tool"
        message = {"content": parts} if told else {"content": None, "tool_calls": [call]}
        return Answer(body=completion([{"index": 0, "message": message, "finish_reason": "stop"}]))

    (episode,), _ = play(behave)
    assert episode.score["outcome"] == 1.0 and episode.error is None


def test_half_a_surrogate_pair_can_be_sent_back() -> None:
    def behave(body: dict[str, Any]) -> Answer:
        if any(message["role"] == "tool" for message in body["messages"]):
            return said(ANSWER)
        return said("Let me see \ud83d", CALL, ("get_flight", '{"flight_no": "\ud83d"}'))

    (episode,), requests = play(behave)
    assert episode.error is None and episode.score["outcome"] == 1.0
    assert requests[1]["messages"][-3]["content"] == "Let me see \ufffd"


def test_a_prompt_beyond_the_context_is_no_episode() -> None:
    (episode,), requests = play(lambda body: refused(400, "too long", "context_length_exceeded"))
    assert episode.end is End.NO_ROOM and len(requests) == 1 and episode.score == {}


def test_a_full_context_ends_an_episode() -> None:
    def behave(body: dict[str, Any]) -> Answer:
        return refused(400, "too long", "context_length_exceeded") if len(body["messages"]) > 2 else right(body)

    (episode,), _ = play(behave)
    assert episode.end is End.TOKEN_BUDGET and episode.score["f1"] == 1.0


def test_a_model_that_wants_the_other_name_of_the_limit_gets_it() -> None:
    def behave(body: dict[str, Any]) -> Answer:
        return refused(400, "use 'max_completion_tokens' instead") if "max_tokens" in body else right(body)

    (episode,), requests = play(behave)
    assert episode.score["outcome"] == 1.0 and len(requests) == 3


@pytest.mark.parametrize(
    ("answer", "words"),
    [(refused(401, "no"), r"refuses the key in \$NO_SUCH_KEY"), (refused(404, "no"), "has no model 'toy'")],
)
def test_what_no_request_can_pass_stops_at_once(answer: Answer, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        play(lambda body: answer, members=3)


def test_nothing_but_failures_stops_early() -> None:
    with pytest.raises(FtrlGymError, match=r"first 10 episodes .* have all failed"):
        play(lambda body: refused(400, "never"), members=40)


@pytest.mark.parametrize("dialect", list(Dialect))
def test_calls_are_read_as_they_were_meant(dialect: Dialect) -> None:
    arguments = {"text": "a </tool_call> and <b>", "number": 3, "flag": True, "none": None}
    reply = Reply("Words.", (ApiCall("1", "one", json.dumps(arguments)), ApiCall("2", "two", "{}")))
    turn = parse(reply.text(dialect), dialect)
    assert [(call.name, call.arguments, call.problem) for call in turn.calls] == [
        ("one", arguments, None), ("two", {}, None),
    ]  # fmt: skip
    assert Reply("Words.").text(dialect) == "Words."
    broken = Reply("", (ApiCall("1", "one", '{"text": '),))
    assert all(call.problem for call in parse(broken.text(dialect), dialect).calls)
    assert broken.message()["tool_calls"][0]["function"]["arguments"] == "{}"


def test_every_call_of_the_endpoint_is_answered() -> None:
    reply = Reply("<tool_call>{}</tool_call>", (ApiCall("1", "one", "{}"), ApiCall("2", "two", "{}")))
    tools = [{"role": "tool", "name": "t", "content": text} for text in ("of the text", "of one", "of two")]
    user = {"role": "user", "content": "And?"}
    _, one, two, told = appended(reply, [*tools, user])
    assert (one["content"], two["content"]) == ("of one", "of two")
    assert told == {"role": "user", "content": "<tool_response>\nof the text\n</tool_response>\n\nAnd?"}
    assert [m["content"] for m in appended(reply, tools[:1])[1:]] == ["of the text", '{"error": "not run"}']


def test_an_overdue_job_is_left_behind() -> None:
    over = threading.Event()

    def work(job: int) -> int:
        if job == 0:
            over.wait(10)
        return job

    begun = time.monotonic()
    assert sorted(in_threads([0, 1, 2, 3], work, lambda job: -1, threads=1, limit_s=0.3)) == [-1, 1, 2, 3]
    assert time.monotonic() - begun < 5
    over.set()


def test_a_job_that_raises_stops_the_rest() -> None:
    done: list[int] = []

    def work(job: int) -> int:
        if job == 1:
            raise KeyError("1")
        time.sleep(0.01)
        done.append(job)
        return job

    with pytest.raises(KeyError):
        list(in_threads(range(100), work, lambda job: -1, threads=1, limit_s=10))
    time.sleep(0.1)
    assert len(done) < 20


def test_the_command_plays_an_endpoint_and_tries_failures_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("openai")
    broken = [True]

    def behave(body: dict[str, Any]) -> Answer:
        return refused(500, "the server burns") if broken[0] else said("I do not know.")

    with chat_server(behave) as (url, _):
        command = ["--endpoint", url, "--model", "toy", "--tasks", "2", "--retries", "0", "--out", str(tmp_path)]
        assert evaluate.main(command) == 0
        assert "2 of 2 episodes" in capsys.readouterr().err
        broken[0] = False
        assert evaluate.main(command) == 0
        assert "2 of 2 episodes" in capsys.readouterr().err
        assert evaluate.main([*command, "--retry-failed"]) == 0
        assert "failed" not in capsys.readouterr().err
    assert "toy at http" in (tmp_path / "report.md").read_text()


def test_an_endpoint_wants_a_model_and_an_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.main(["--endpoint", "http://x/v1"]) == 2
    assert "give it with --model" in capsys.readouterr().err
    pytest.importorskip("openai")
    assert evaluate.main(["--endpoint", "localhost", "--model", "toy"]) == 2
    assert "no address" in capsys.readouterr().err


def test_address_and_key_are_those_of_a_build(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openai")
    from ftrl_agents.endpoint import Endpoint
    from ftrl_gym.construct.llm.endpoint import Endpoint as Writer

    monkeypatch.setenv("OPENAI_API_KEY", "second")
    monkeypatch.setenv("FTRL_LLM_KEY", "first")
    monkeypatch.setenv("OWN_KEY", "own")
    scored, writes = (
        Endpoint("http://localhost:8000", "m", request_s=1, retries=0),
        Writer("m", "http://localhost:8000"),
    )
    ours, theirs = scored._connection, writes._connection
    assert ours.address == theirs.address == scored.url == "http://localhost:8000/v1"
    assert ours.client.api_key == theirs.client.api_key == "first"
    own = Endpoint("http://localhost:8000/v2/", "m", key_variable="OWN_KEY", request_s=1, retries=0)
    assert (own.url, own._connection.client.api_key) == ("http://localhost:8000/v2", "own")


def test_nobody_there_ends_the_evaluation_at_once() -> None:
    pytest.importorskip("openai")
    from ftrl_agents.endpoint import Endpoint

    endpoint = Endpoint("http://127.0.0.1:9", "m", request_s=5, retries=9)
    with pytest.raises(UsageError, match=r"nobody answers at http://127\.0\.0\.1:9/v1"):
        endpoint.reply([], None, temperature=0, seed=0, max_tokens=1, seconds=5)
    assert len(endpoint._connection.faults) == 1
