"""A headless Chromium, driven over two pipes by its own protocol: nothing to install but the browser."""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--force-prefers-reduced-motion", "--remote-debugging-pipe",
         "--window-size=1440,1000")


class Page:
    """One open page; everything that the browser complained about is kept in `complaints`, each load in `loads`."""

    def __init__(self, send, receive):
        self._send, self._receive = send, receive
        self._numbers = itertools.count(1)
        self._pending = b""
        self._session = None
        self._seen: list[dict] = []
        self.complaints: list[str] = []
        self.loads: list[str] = []

    def call(self, method, **parameters):
        """Send one command and return its result; events that come meanwhile are kept."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._send.write(json.dumps(message).encode() + b"\0")
        self._send.flush()
        while True:
            answer = self._next()
            if answer.get("id") == number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self._note(answer)

    def wait_for(self, event):
        """Wait for an event of that name, in what has come and in what comes."""
        while True:
            for seen in self._seen:
                if seen.get("method") == event:
                    self._seen.clear()
                    return
            self._note(self._next())

    def attach(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def open(self, path: Path, fragment: str = ""):
        """Load a file anew and wait until its scripts have run."""
        self.go(path.as_uri() + fragment)

    def go(self, url: str):
        """Load an address anew and wait until its scripts have run."""
        # By way of an empty page, because a new fragment alone would not load the file again.
        self._seen.clear()
        self.call("Page.navigate", url="about:blank")
        self.wait_for("Page.loadEventFired")
        self.loads.clear()
        self.call("Page.navigate", url=url)
        self.wait_for("Page.loadEventFired")

    def wait(self, expression, seconds=30.0):
        """Wait until a JavaScript expression is true, whatever pages come and go meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.run(expression):
                    return
            except AssertionError as error:
                # A page that is being left has no place to run it in.
                if "context" not in str(error):
                    raise
            time.sleep(0.05)
        raise AssertionError(f"{expression} did not become true")

    def look(self, *, width: int, height: int = 900, dark: bool = False):
        """Show the page as a screen of that size does, in light or dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}])

    def run(self, expression):
        """Return the value of a JavaScript expression."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def click(self, selector):
        """Press and release the mouse in the middle of an element."""
        x, y = self.run(f"""(() => {{ const e = document.querySelector({json.dumps(selector)});
            e.scrollIntoView({{block: 'center'}}); const b = e.getBoundingClientRect();
            return [b.x + b.width / 2, b.y + b.height / 2]; }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key):
        """Press one named key."""
        code = {"Enter": 13, "Escape": 27, "ArrowRight": 39, "ArrowLeft": 37, "ArrowDown": 40, "ArrowUp": 38, "Tab": 9}
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code[key])

    def type_in(self, selector, text):
        """Put the cursor into a field and type."""
        self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        self.call("Input.insertText", text=text)

    def screenshot(self, *, whole: bool = False) -> bytes:
        return base64.b64decode(self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **(
            {"clip": {"x": 0, "y": 0, "scale": 1, "width": self.run("document.documentElement.clientWidth"),
                      "height": self.run("document.documentElement.scrollHeight")}} if whole else {}))["data"])

    def _next(self):
        while b"\0" not in self._pending:
            data = os.read(self._receive.fileno(), 1 << 16)
            assert data, "the browser ended"
            self._pending += data
        line, _, self._pending = self._pending.partition(b"\0")
        return json.loads(line)

    def _note(self, event):
        self._seen.append(event)
        parameters = event.get("params", {})
        if event.get("method") == "Log.entryAdded":
            self.complaints.append(parameters["entry"]["text"])
        elif event.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(parameters["exceptionDetails"]))
        elif event.get("method") == "Page.javascriptDialogOpening":
            self.complaints.append("a dialog opened")
        elif event.get("method") == "Network.requestWillBeSent":
            self.loads.append(parameters["request"]["url"])


@contextmanager
def browser() -> Iterator[Page]:
    """A page of a browser with a profile of its own, closed at the end."""
    to_browser, from_us = os.pipe()
    to_us, from_browser = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # The browser reads commands from descriptor 3 and answers on 4; a shell cannot name those of two digits.
        launch = ("import os, sys; a, b = os.dup(int(sys.argv[1])), os.dup(int(sys.argv[2])); "
                  "a, b = (os.dup(each) if each < 5 else each for each in (a, b)); "
                  "os.dup2(a, 3); os.dup2(b, 4); os.execv(sys.argv[3], sys.argv[3:])")
        process = subprocess.Popen(
            [sys.executable, "-c", launch, str(to_browser), str(from_browser), str(PROGRAM), *FLAGS,
             f"--user-data-dir={profile}"], pass_fds=(to_browser, from_browser), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        with os.fdopen(from_us, "wb") as send, os.fdopen(to_us, "rb", 0) as receive:
            page = Page(send, receive)
            try:
                page.attach()
                yield page
                page._session = None
                page.call("Browser.close")
                process.wait(20)
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
