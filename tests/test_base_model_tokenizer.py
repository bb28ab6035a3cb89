"""The base model's tokenizer and chat template."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftrl_agents.corpus import batches, encode, pad_together
from ftrl_agents.tokenizer import pruned, train_tokenizer

pytest.importorskip("transformers")

CALL = '<tool_call>\n{"name": "get_flight", "arguments": {"flight_no": "KX482"}}\n</tool_call>'
TEXTS = [
    f"<|im_start|>user\nWhich gate does flight KX482 of Torvalmi Air use?<|im_end|>\n<|im_start|>assistant\n{CALL}"
] * 3
TOOL = {"type": "function", "function": {"name": "get_flight", "description": "d", "parameters": {"type": "object"}}}

tokenizer = train_tokenizer(TEXTS, vocabulary=400)
speech = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def pieces(text: str) -> list[str]:
    return [tokenizer.decode([i]) for i in tokenizer(text, add_special_tokens=False)["input_ids"]]


@settings(max_examples=300, deadline=None)
@given(speech)
def test_any_text_round_trips(text: str) -> None:
    assert (
        tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"], clean_up_tokenization_spaces=False)
        == text
    )


@pytest.mark.parametrize("value", ["KX482", "Torvalmi", "QX7RTA", "R-77310", "2026-05-12", "12.50"])
def test_a_value_is_cut_alike_wherever_it_stands(value: str) -> None:
    alone = pieces(value)
    for text in (f"of {value} and", f'{{"key": "{value}"}}', f"\n{value}.", f"({value}, x"):
        around = pieces(text)
        assert any(around[i : i + len(alone)] == alone for i in range(len(around))), around


def test_ids_are_cut_into_single_characters() -> None:
    assert pieces("KX482") == ["K", "X", "4", "8", "2"]


def test_tags_survive_decoding_and_chat_tokens_do_not() -> None:
    ids = tokenizer(f"<think></think>{CALL}<answer>5</answer><|im_end|>")["input_ids"]
    assert tokenizer.decode(ids, skip_special_tokens=True) == f"<think></think>{CALL}<answer>5</answer>"


message = st.one_of(
    st.builds(lambda t: [{"role": "assistant", "content": t}, {"role": "user", "content": t}], speech),
    st.builds(lambda t: [{"role": "assistant", "content": CALL}, {"role": "tool", "name": "f", "content": t}], speech),
    st.builds(
        lambda t: [
            {"role": "assistant", "content": CALL},
            {"role": "tool", "name": "f", "content": t},
            {"role": "tool", "name": "g", "content": "{}"},
        ],
        speech,
    ),
)


@settings(max_examples=100, deadline=None)
@given(st.booleans(), st.lists(message, max_size=3), speech)
def test_a_rendering_continues_the_rendering_of_its_beginning(tools: bool, parts: list, last: str) -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    offered = [TOOL] if tools else None

    def render(generation: bool) -> str:
        return tokenizer.apply_chat_template(messages, tools=offered, tokenize=False, add_generation_prompt=generation)

    for part in parts:
        before = render(True)
        messages += part
        assert render(False).startswith(before + part[0]["content"] + "<|im_end|>\n")
    before = render(True)
    messages.append({"role": "assistant", "content": last})
    assert render(False) == f"{before}{last}<|im_end|>\n"


def test_the_template_shows_tools_and_groups_results() -> None:
    messages = [
        {"role": "user", "content": "Q"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": {"a": 1}}}],
        },
        {"role": "tool", "content": "1"},
        {"role": "tool", "content": "2"},
    ]
    text = tokenizer.apply_chat_template(messages, tools=[TOOL], tokenize=False)
    assert json.dumps(TOOL["function"]["name"]) in text
    assert '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call><|im_end|>' in text
    assert text.count("<|im_start|>user") == 2


def test_the_mask_covers_what_the_assistant_said() -> None:
    messages = [
        {"role": "system", "content": "assistant\n"},
        {"role": "user", "content": "Q"},
        {"role": "assistant", "content": CALL},
        {"role": "tool", "content": "1"},
        {"role": "assistant", "content": "<answer>1</answer>"},
    ]
    one = encode(tokenizer, messages)
    assert tokenizer.decode(one.ids[one.own]) == f"{CALL}<|im_end|><answer>1</answer><|im_end|>"
    masks = tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True)
    assert [bool(m) for m in masks["assistant_masks"]] == one.own.tolist()


def test_batches_keep_every_conversation_and_the_limit() -> None:
    import numpy as np

    made = [
        encode(tokenizer, [{"role": "user", "content": "a " * n}, {"role": "assistant", "content": "b"}])
        for n in range(1, 30)
    ]
    cut = list(batches(made, 120, np.random.default_rng(0), tokenizer.pad_token_id))
    assert sum(int(batch.real.sum()) for batch in cut) == sum(len(one.ids) for one in made)
    assert all(batch.ids.numel() <= 120 or len(batch.ids) == 1 for batch in cut)
    whole = pad_together(made[:2], tokenizer.pad_token_id)
    assert not (whole.own & ~whole.real).any()


def test_names_that_invented_texts_lack_fall_into_smaller_tokens_and_nothing_else_changes() -> None:
    invented = [
        f"The hotel in {word} is open." for word in ("Flegosta", "Thefol", "Vluwen", "Brniga") for _ in range(9)
    ]
    learned = train_tokenizer([*invented, *["The hotel in Zurich is open."] * 50], vocabulary=360)
    assert learned.tokenize("Zurich") == ["Zurich"]
    made = pruned(learned, invented)
    assert len(made.tokenize("Zurich")) > 1 and made.decode(made("Zurich")["input_ids"]) == "Zurich"
    for text in invented:
        assert made(text)["input_ids"] == learned(text)["input_ids"]
    assert made.get_vocab() == learned.get_vocab() and made.chat_template == learned.chat_template
    assert learned.tokenize("Zurich") == ["Zurich"]  # the one that was given is as it was
