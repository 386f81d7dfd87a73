"""Prints what an MCP host pays from a cold start to the first answer: processor time of the server and its worker.

    python -m benchmarks.mcp [--runs 5]

Each run starts `backend-lead mcp` anew over standard input and output, lists the tools and asks for one thing, with the
SDK's own client; nothing is kept from one run to the next.  Beside it stands the same job on the command line.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

ROOT = Path(__file__).parents[2]
SERVICE = "examples/orders"
LIMIT = 3.0
REVISIONS = {"2026-07-28": "auto", "2025-11-25": "legacy"}
ASKED = {"explain_rule": {"rule": "missing-owner-check"}, "audit_api": {"path": SERVICE},
         "review_backend": {"path": SERVICE}}


def main() -> int:
    """Measure, print, and return 1 when the first answer of a review took more processor time than it may."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, default=5)
    runs = options.parse_args().runs
    size = anyio.run(_size_of_list)
    print(f"tools/list: {size:,} characters\n")
    print(f"processor seconds from a cold start to the first answer, on {SERVICE}, {runs} runs: median (least to most)")
    worst = 0.0
    for revision, mode in REVISIONS.items():
        for tool, arguments in ASKED.items():
            seconds = [_processor(partial(anyio.run, _answer, mode, tool, arguments)) for _ in range(runs)]
            print(f"  {revision}  {tool:<15} {_told(seconds)}")
            worst = max(worst, statistics.median(seconds)) if tool == "review_backend" else worst
    command = [sys.executable, "-m", "backend_lead", "review", SERVICE, "--no-cache", "--format", "json", "-q"]
    alone = partial(subprocess.run, command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
    seconds = [_processor(alone) for _ in range(runs)]
    print(f"  command line  review        {_told(seconds)}")
    print(f"\na review may take {LIMIT} s: {'kept' if worst <= LIMIT else 'NOT kept'}")
    return int(worst > LIMIT)


def _server() -> StdioServerParameters:
    return StdioServerParameters(command=sys.executable, args=["-P", "-m", "backend_lead", "mcp"], cwd=ROOT,
                                 env=dict(os.environ))


async def _answer(mode: str, tool: str, arguments: dict[str, str]) -> None:
    async with Client(stdio_client(_server()), mode=mode) as client:
        await client.list_tools()
        found = await client.call_tool(tool, arguments)
        assert not found.is_error, found.content


async def _size_of_list() -> int:
    async with Client(stdio_client(_server())) as client:
        return len(json.dumps((await client.list_tools()).model_dump(mode="json", by_alias=True, exclude_none=True)))


def _processor(run: Callable[[], object]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _told(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"


if __name__ == "__main__":
    sys.exit(main())
