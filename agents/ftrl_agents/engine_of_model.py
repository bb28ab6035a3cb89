"""A language model by name, here or behind an endpoint, as what plays tasks; what is heavy is imported when it is."""

from __future__ import annotations

from pathlib import Path

from ftrl_agents.config import Thinking
from ftrl_agents.engine import Engine
from ftrl_agents.installed import MODEL, check_installed


def engine_of_model(
    model: str | None,
    *,
    docs: str,
    endpoint: str | None = None,
    key_variable: str | None = None,
    concurrency: int = 8,
    request_s: float = 120.0,
    episode_s: float = 900.0,
    retries: int = 4,
    cache: Path | None = None,
    in_flight: int = 128,
    max_turn_tokens: int | None = None,
    max_episode_tokens: int = 4096,
    threads: int = 1,
    thinking: Thinking = Thinking.KEEP,
) -> Engine:
    """What plays.

    Args:
        model: The model's name at the endpoint; else a folder or a Hugging Face id, or None for the embedded one.
        docs: The environment's ``docs=``.
        endpoint: Address of an OpenAI-compatible endpoint; None for a model here.
        key_variable: Environment variable with the endpoint's key; None for the usual ones.
        concurrency: Episodes at an endpoint at once.
        request_s: Seconds that a request may take.
        episode_s: Seconds that an episode at an endpoint may take.
        retries: How often a request is sent again that failed for a passing reason.
        cache: File that keeps an endpoint's replies.
        in_flight: Episodes of a model here decoded at once.
        max_turn_tokens: Own tokens of a turn; if None, 4096 at an endpoint and 256 here.
        max_episode_tokens: Tokens of an episode of a model here in all.
        threads: Of torch.
        thinking: Whether later turns of a model here see what a turn thought.

    Raises:
        UsageError: There is no such model, or the address is none.
        MissingExtraError: The openai client, or what runs a model here, is not installed.
    """
    if endpoint is not None:
        from ftrl_agents.endpoint import Endpoint
        from ftrl_agents.endpoint_engine import EndpointEngine
        from ftrl_gym.suites.reply_cache import ReplyCache

        behind = Endpoint(
            endpoint,
            str(model),
            key_variable=key_variable,
            request_s=request_s,
            retries=retries,
            cache=ReplyCache(cache) if cache else None,
        )
        return EndpointEngine(
            behind,
            docs=docs,
            concurrency=concurrency,
            max_turn_tokens=max_turn_tokens or 4096,
            episode_s=episode_s,
        )
    check_installed(*MODEL)
    import torch
    from transformers.utils import logging

    from ftrl_agents.model_engine import ModelEngine

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    torch.set_num_threads(threads)
    return ModelEngine(
        model,
        docs=docs,
        in_flight=in_flight,
        max_turn_tokens=max_turn_tokens or 256,
        max_episode_tokens=max_episode_tokens,
        thinking=thinking,
    )
