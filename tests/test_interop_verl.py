"""Episodes of verl's agent loop: its own classes and tokens, without a GPU and without its server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("verl", reason="the extra verl is not installed")

from verl_driving import BASE, LOGPROB, Server, played, row_of, tokenizer, worked

from ftrl_gym.errors import UsageError

pytestmark = pytest.mark.filterwarnings("ignore")  # of what other libraries find old

ID = "ftrl/TravelBooking-v0"
TASK = "test-00164"
CALL = '<tool_call>\n{"name": "get_flight", "arguments": {"flight_no": "LT3635"}}\n</tool_call>'
ANSWER = "<answer>A220-300</answer>"


@pytest.fixture(scope="module")
def words() -> Any:
    """A tokenizer."""
    return tokenizer()


@pytest.mark.parametrize("docs", ["json", "signature"])
def test_an_episode_is_played_token_by_token(words: Any, docs: str) -> None:
    server = Server(words, [CALL, ANSWER])
    output = played(server, row_of(ID, TASK, docs=docs), logprobs=True)
    assert output.reward_score == 1.0 and output.extra_fields["turn_scores"] == [0.5, 0.5]
    assert output.extra_fields["reward_extra_info"] == {"outcome": 1.0, "f1": 1.0, "precision": 1.0, "recall": 1.0}
    assert output.num_turns == 4, "question, call, result, answer"
    sampled = [one for one, own in zip(output.response_ids, output.response_mask, strict=True) if own]
    assert sampled == server.turns[0] + server.turns[1], "its own ids, none of them tokenized anew"
    assert output.response_logprobs == [LOGPROB if own else 0.0 for own in output.response_mask]
    # What the server went on with the second time is what the learner sees before that turn.
    assert server.prompts[1] == (output.prompt_ids + output.response_ids)[: len(server.prompts[1])]
    told = words.decode([one for one, own in zip(output.response_ids, output.response_mask, strict=True) if not own])
    assert '"aircraft": "A220-300"' in told
    prompt = words.decode(output.prompt_ids)
    assert "get_flight" in prompt and "LT3635" in prompt
    assert float(output.as_dict()["rm_scores"].sum()) == 1.0


def test_without_log_probabilities_there_are_none(words: Any) -> None:
    assert played(Server(words, [ANSWER]), row_of(ID, TASK)).response_logprobs is None


def test_a_turn_that_is_cut_off_is_not_played(words: Any) -> None:
    first = len(Server(words, [CALL]).turns[0])
    output = played(Server(words, [CALL, ANSWER]), row_of(ID, TASK), longest=first)
    assert output.reward_score == 0.0 and len(output.response_ids) == len(output.response_mask) == first
    output = played(Server(words, [CALL, ANSWER]), row_of(ID, TASK), longest=first + 3)
    assert output.reward_score == 0.5, "the call was made, and there is no room to go on"
    assert len(output.response_ids) == first + 3 and sum(output.response_mask) == first
    assert output.extra_fields["reward_extra_info"]["outcome"] == 0.0


def test_verls_own_limit_of_turns_holds(words: Any) -> None:
    output = played(Server(words, [CALL, ANSWER]), row_of(ID, TASK), most=1)
    assert output.reward_score == 0.5 and output.extra_fields["turn_scores"] == [0.5]


def test_mistakes_are_told_and_cost(words: Any) -> None:
    output = played(Server(words, ["<tool_call>{}</tool_call>", "", CALL, ANSWER]), row_of(ID, TASK))
    assert output.reward_score == 0.0, "words without a call end the episode"
    output = played(Server(words, ["<tool_call>{}</tool_call>", CALL, ANSWER]), row_of(ID, TASK))
    assert 0.5 < output.reward_score < 1.0


def test_a_row_of_other_data_is_told(words: Any) -> None:
    with pytest.raises(UsageError, match=r"nothing of split, docs, dialect, task_id .* ftrl-gym export"):
        played(Server(words, [ANSWER]), {**row_of(ID, TASK), "extra_info": {"env_id": ID}})


def test_verl_knows_the_loop_by_the_name_of_the_rows() -> None:
    from verl.experimental.agent_loop.agent_loop import _agent_loop_registry

    from ftrl_gym.interop import verl

    assert verl.AgentLoop.__name__ == "AgentLoop"
    assert _agent_loop_registry[row_of(ID, TASK)["agent_name"]] == {"_target_": "ftrl_gym.interop.verl.AgentLoop"}


def recipe() -> tuple[str, list[str]]:
    """The file that names the loop, and the settings, as the documentation has them."""
    page = (Path(__file__).parent.parent / "docs" / "plugging-in.md").read_text(encoding="utf-8")
    section = page.partition("\n## verl\n")[2].partition("\n## ")[0]
    (agents,) = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    command = section.partition("verl.trainer.main_ppo")[2].partition("```")[0]
    return agents, re.findall(r"(?<=\s)[a-z_.]+=\S+", command)


def test_verls_worker_makes_a_batch_by_the_recipe(words: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agents, settings = recipe()
    monkeypatch.chdir(tmp_path)
    Path("agent.yaml").write_text(agents)
    assert len(settings) > 10
    here = [f"actor_rollout_ref.model.path={BASE}", "data.max_prompt_length=8192", "data.max_response_length=512"]
    server = Server(words, [CALL, ANSWER])
    rows = [row_of(ID, task, docs="signature") for task in (TASK, "test-00004")]
    batch = worked(server, [*settings, *here], rows)  # verl refuses settings that it does not know
    first, second = batch.batch["rm_scores"].sum(-1).tolist()
    assert first == 1.0 and second < 0.5, "the right answer to the first question is a wrong one to the second"
    assert batch.non_tensor_batch["outcome"].tolist() == [1.0, 0.0]
    response, mask = batch.batch["responses"][0], batch.batch["response_mask"][0].bool()
    assert response.shape == (512,) and response[mask].tolist() == server.turns[0] + server.turns[1]
    assert batch.batch["rollout_log_probs"][0][mask].tolist() == [LOGPROB] * int(mask.sum())


def test_verls_data_set_reads_the_rows(words: Any, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    from omegaconf import OmegaConf
    from verl.utils.dataset.rl_dataset import RLHFDataset

    from ftrl_gym.cli import main

    file = tmp_path / "test.parquet"
    assert main(["export", ID, "--format", "verl", "--split", "test", "--tasks", "5", "--out", str(file)]) == 0
    config = OmegaConf.create(
        {"cache_dir": str(tmp_path), "max_prompt_length": 100_000, "filter_overlong_prompts": True}
    )
    rows = RLHFDataset(str(file), words, config)
    assert len(rows) == 5
    first = rows[0]
    assert first["agent_name"] == "ftrl_gym" and first["extra_info"]["env_id"] == ID
    output = played(Server(words, ["No idea."]), first)
    assert output.reward_score <= 0.0 and output.num_turns == 2
