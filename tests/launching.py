"""Starts a script in several processes on a CPU, as ``accelerate launch`` does it: by environment variables."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path


def launched(script: Path, arguments: list[str], processes: int, **variables: str) -> list[str]:
    """What each process printed; all of them have ended well."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    common = os.environ | {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"} | variables
    common["DS_ACCELERATOR"] = "cpu"  # where DeepSpeed is installed, it would say on stdout that it finds no GPU
    common["PYTHONPATH"] = os.pathsep.join([str(script.parent), os.environ.get("PYTHONPATH", "")])
    started = []
    for rank in range(processes):
        place = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": processes, "LOCAL_WORLD_SIZE": processes}
        own = {
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(port),
            **{key: str(value) for key, value in place.items()},
        }
        command = [sys.executable, str(script), *arguments]
        started.append(
            subprocess.Popen(command, env=common | (own if processes > 1 else {}), stdout=subprocess.PIPE, text=True)
        )
    try:
        said = [one.communicate(timeout=600)[0] for one in started]
        assert [one.returncode for one in started] == [0] * processes
        return said
    finally:
        for one in started:
            one.kill()
