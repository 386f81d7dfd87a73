"""A live line on stderr while long work runs, on a terminal only."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

from backend_lead.model.event import Event, Finished, Listener, Progress, silent


def interactive(stream: TextIO) -> bool:
    """Say whether a person watches the stream: a terminal that can move its cursor, and no build server."""
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")


class LiveLine:
    """Rewrites one line of a terminal; `clear` removes it before anything else is printed."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = ""

    def __call__(self, event: Event) -> None:
        """Show an event; an ended stage leaves nothing behind."""
        if isinstance(event, Finished):
            self.clear()
            return
        if isinstance(event, Progress):
            total = f" of {event.total:,}" if event.total else ""
            text = f"{event.stage}: {event.done:,}{total}"
        else:
            text = f"{event.stage} …"
        width = shutil.get_terminal_size().columns - 1
        if text != self._shown:
            self._shown = text
            self._stream.write(f"\r\x1b[2K{text[:width]}")
            self._stream.flush()

    def clear(self) -> None:
        """Remove the line."""
        if self._shown:
            self._shown = ""
            self._stream.write("\r\x1b[2K")
            self._stream.flush()


def listener(*, quiet: bool) -> Listener:
    """Return what listens to a job: a live line when a person watches stderr, else nothing."""
    return LiveLine(sys.stderr) if not quiet and interactive(sys.stderr) else silent
