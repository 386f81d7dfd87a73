"""A generated service is started for real: on an embedded PostgreSQL, in an environment of its own."""

import subprocess
from pathlib import Path

import pytest
from benchmarks.generated.environment import python as environment_python
from benchmarks.generated.running import write

from backend_lead.design.blueprint_files import archetypes
from backend_lead.gates.service_process import environment
from backend_lead.generate.python.service import Realtime, ServiceOptions, generate

OPTIONS = ServiceOptions(mfa=True, api_keys=True, realtime=Realtime.WEBSOCKET, audit=True)


@pytest.mark.service
def test_it_passes_its_own_tests_and_its_demo_reads_the_first_list(tmp_path: Path):
    files = generate(archetypes()["project_tracker"], OPTIONS)
    python = environment_python({name: files[name] for name in ("requirements.txt", "requirements-dev.txt")})
    folder = tmp_path / "service"
    write(files, folder)
    for each in (tmp_path, *tmp_path.parents):  # The embedded server runs as another account where we are root.
        if each.owner() == tmp_path.owner() and each.name.startswith("pytest"):
            each.chmod(0o755)
    tests = subprocess.run([str(python), "-m", "pytest"], cwd=folder, env=environment(""), capture_output=True, text=True,
                           timeout=300, check=False)
    assert tests.returncode == 0, tests.stdout[-3000:]
    settings = {**environment("", ENVIRONMENT="development", PORT="18431"), "SECRET_KEY": ""}
    demo = subprocess.run([str(python), "-m", "tools.demo", "--once"], cwd=folder, env=settings, capture_output=True, text=True,
                          timeout=120, check=False)
    assert demo.returncode == 0, demo.stderr[-3000:]
    assert 'GET /projects answered 200: {"items": [], "next": null}' in demo.stdout
