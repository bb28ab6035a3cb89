"""Torch as long comparisons of learning want it: on one thread, and transformers without progress bars."""

from __future__ import annotations

import os


def use_one_thread() -> None:
    """Imports torch and transformers so. Call it before anything else imports them.

    What the environment says of threads already stays as it is.
    """
    # Before torch starts: its matrix library reads it once.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    torch.set_num_threads(1)
