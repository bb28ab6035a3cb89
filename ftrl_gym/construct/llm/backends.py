"""Which language model a user means: an endpoint by its address, or ``local`` for one on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ftrl_gym.construct.llm.endpoint import Endpoint
from ftrl_gym.construct.llm.local import LocalModel
from ftrl_gym.construct.llm.model import LanguageModel
from ftrl_gym.endpoint_client import is_address
from ftrl_gym.errors import UsageError

LOCAL = "local"


def opened(llm: str | None, model: str, options: Mapping[str, Any] | None = None) -> LanguageModel:
    """The model that a user named.

    Args:
        llm: Base URL of an endpoint, ``local``, or None for what the environment says.
        model: What the endpoint calls it; folder or name on the hub for a local one.
        options: Sampling options in the backend's own words.

    Raises:
        UsageError: The address is none, or there is no such model.
        MissingExtraError: The backend's library is not installed.
    """
    if llm == LOCAL:
        return LocalModel(model, options)
    if llm is not None and not is_address(llm):
        raise UsageError(f"{llm!r:.100} is no address: --llm takes http://…, https://… or {LOCAL}")
    return Endpoint(model, llm, options)
