"""The processor that processes used, from what Linux accounts."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from backend_lead.gates.accounting import accounted, family, spent

pytestmark = pytest.mark.skipif(not accounted(), reason="processor time is accounted by Linux")
BURN = "import time\nwhile time.process_time() < .3: pass\nprint('done', flush=True); input()"


def test_what_a_process_ran_is_counted_with_that_of_those_it_started():
    before, soon = spent([os.getpid()]), time.process_time()
    while time.process_time() < soon + .2:
        pass
    ran = spent([os.getpid()]) - before
    assert .19 < ran < time.process_time() - soon + .05
    child = subprocess.Popen([sys.executable, "-c", BURN], stdout=subprocess.PIPE, stdin=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    mine = family(os.getpid())
    assert {os.getpid(), child.pid} <= set(mine)
    assert spent([child.pid]) >= .29
    child.communicate(b"\n")


def test_a_process_that_is_gone_counts_nothing():
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert spent([child.pid]) == 0
