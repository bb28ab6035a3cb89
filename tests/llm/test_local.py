"""A model on this machine: a tiny one without sense, made here."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from ftrl_gym.construct.llm.backends import opened
from ftrl_gym.construct.llm.model import Message
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.errors import RequestFailed, UsageError

STAGE = WriterStage.DEPLOYMENT
MESSAGES: list[Message] = [{"role": "user", "content": "write"}]
TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant: "


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Split
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    vocabulary = {name: number for number, name in enumerate(["<eos>", "?", *string.printable])}
    words = Tokenizer(WordLevel(vocabulary, unk_token="?"))
    words.pre_tokenizer = Split("", "isolated")
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, eos_token="<eos>", pad_token="<eos>", unk_token="?")
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = LlamaConfig(vocab_size=len(vocabulary), max_position_embeddings=2048, eos_token_id=0, **sizes)
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def test_the_same_question_gets_the_same_reply(folder: Path) -> None:
    model = opened("local", str(folder), {"max_new_tokens": 12, "do_sample": True})
    one, two = (model.reply(STAGE, MESSAGES, {"type": "object"}) for _ in range(2))
    assert one == two and one.usage.completion <= 12 and one.usage.prompt > 40
    other = model.reply(STAGE, [{"role": "user", "content": "other"}], {"type": "object"})
    assert other.text != one.text
    assert model.options == {"max_new_tokens": 12, "do_sample": True}
    assert one.cut == (one.usage.completion == 12)


def test_a_model_that_cannot_be_loaded(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(UsageError, match="cannot be loaded"):
        opened("local", str(tmp_path))
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = None
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "chat_template.jinja").unlink(missing_ok=True)
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(UsageError, match="no chat template"):
        opened("local", str(tmp_path))


def test_a_template_that_refuses_the_conversation_is_a_failed_request(tmp_path: Path, folder: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "chat_template.jinja").write_text("{{ raise_exception('System role not supported') }}")
    with pytest.raises(RequestFailed, match="System role not supported"):
        opened("local", str(tmp_path)).reply(STAGE, MESSAGES, {"type": "object"})
