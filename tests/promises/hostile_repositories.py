"""Repositories that somebody built to harm whoever reads them.

`build(folder)` makes them all and returns their paths by name.  Whatever of them is run leaves a file in
`folder / "canary"`; nothing may ever stand there.
"""

from __future__ import annotations

import os
import socket
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

Maker = Callable[[Path, Path], None]
MAKERS: dict[str, Maker] = {}

APP = "from fastapi import FastAPI\napp = FastAPI()\n"
ROUTE = '@app.get("/{}")\ndef handler():\n    return {{}}\n'
ESCAPES = "\x1b]0;owned\x07\x1b[31m\x1b[2J"
SPEC = "openapi: 3.0.0\ninfo: {title: T, version: '1'}\n"


def maker(function: Maker) -> Maker:
    """Register a repository under the function's name."""
    MAKERS[function.__name__.strip("_").replace("_", "-")] = function
    return function


def text_repository(name: str, text: str | bytes, path: str = "app/main.py") -> None:
    """Register a repository of one file."""
    def make(root: Path, canary: Path) -> None:
        write(root / path, text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)

    MAKERS[name] = make


def build(folder: Path) -> dict[str, Path]:
    """Build every repository below `folder`; return its root by name."""
    (folder / "canary").mkdir()
    (folder / "outside").mkdir()
    (folder / "outside/secret.py").write_text("OUTSIDE = 'must-not-be-read'\n")
    roots = {}
    for name, make in MAKERS.items():
        root = folder / "repositories" / name
        root.mkdir(parents=True)
        make(root, folder / "canary")
        roots[name] = root
    return roots


def run_by(folder: Path) -> list[str]:
    """Return what was run: the names of the canaries."""
    return sorted(path.name for path in (folder / "canary").iterdir())


def write(path: Path, data: bytes | str) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)


def sparse(path: Path, size: int, head: bytes = b"") -> None:
    """Write a file that is large and takes no room."""
    write(path, head)
    os.truncate(path, size)


def touching(canary: Path, name: str) -> str:
    """Python that leaves a canary when it runs."""
    return f"open({str(canary / name)!r}, 'w').close()\n"


# Links, and files that are no files.

@maker
def link_to_itself(root, canary):
    (root / "main.py").symlink_to("main.py")


@maker
def link_to_the_folder_above(root, canary):
    write(root / "app/main.py", APP)
    (root / "app/again").symlink_to("..")


@maker
def links_in_a_circle(root, canary):
    for one, other in (("a", "b"), ("b", "a")):
        (root / one).mkdir()
        (root / one / "next").symlink_to(f"../{other}")


@maker
def link_chain(root, canary):
    write(root / "0.py", APP)
    for number in range(60):
        (root / f"{number + 1}.py").symlink_to(f"{number}.py")


@maker
def link_to_passwd(root, canary):
    (root / "settings.py").symlink_to("/etc/passwd")
    (root / "openapi.yaml").symlink_to("/etc/passwd")


@maker
def link_to_the_machine(root, canary):
    (root / "vendor").symlink_to("/")


@maker
def link_out(root, canary):
    (root / "app").symlink_to("../../outside")
    (root / "secret.py").symlink_to("../../outside/secret.py")
    (root / "alembic.ini").symlink_to("../../outside/secret.py")


@maker
def link_to_nothing(root, canary):
    (root / "main.py").symlink_to("nowhere")


@maker
def link_as_a_project_file(root, canary):
    (root / "pyproject.toml").symlink_to("/dev/zero")
    (root / "backend-lead.toml").symlink_to("/dev/zero")


@maker
def pipes(root, canary):
    for name in ("main.py", "openapi.yaml", "schema.sql", "pyproject.toml", "backend-lead.toml"):
        os.mkfifo(root / name)


@maker
def sockets(root, canary):
    here = os.getcwd()
    os.chdir(root)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("main.py")
    finally:
        os.chdir(here)


@maker
def devices(root, canary):
    write(root / "app.py", APP)
    if os.geteuid() == 0:
        try:
            os.mknod(root / "zero.py", stat.S_IFCHR | 0o644, os.makedev(1, 5))
        except PermissionError:
            os.mkfifo(root / "zero.py")


@maker
def unreadable(root, canary):
    write(root / "main.py", APP)
    write(root / "closed/main.py", APP)
    (root / "main.py").chmod(0)
    (root / "closed").chmod(0)


@maker
def folders_named_as_files(root, canary):
    for name in ("main.py", "openapi.yaml", "schema.sql", "pyproject.toml", "alembic.ini"):
        (root / name).mkdir()


# Too much of everything.

@maker
def minified_line(root, canary):
    write(root / "static/app.min.js", b"var a=1;" * 1_250_000)
    write(root / "bundle.py", b"a=1;" * 2_500_000)


@maker
def hundred_megabytes(root, canary):
    sparse(root / "main.py", 100_000_000, APP.encode())
    sparse(root / "dump.sql", 100_000_000, b"CREATE TABLE a (id int);\n")
    sparse(root / "openapi.yaml", 100_000_000, SPEC.encode())
    sparse(root / "openapi.json", 100_000_000, b'{"openapi": "3.0.0", "paths": {')


@maker
def many_files(root, canary):
    for folder in range(20):
        (root / f"f{folder}").mkdir()
        for number in range(250):
            (root / f"f{folder}/m{number}.py").touch()


@maker
def deep_folders(root, canary):
    handle = os.open(root, os.O_RDONLY)
    for _ in range(300):
        os.mkdir("d" * 20, dir_fd=handle)
        inner = os.open("d" * 20, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = inner
    os.close(os.open("main.py", os.O_CREAT | os.O_WRONLY, dir_fd=handle))
    os.close(handle)


@maker
def long_names(root, canary):
    write(root / f"{'n' * 250}.py", APP)


text_repository("one-long-line", b"x = " + b"1, " * 300_000)
text_repository("many-lines", b"x = 1\n" * 150_000)
text_repository("only-comments", b"# " + b"x" * 900_000)
text_repository("many-routes", APP + "".join(ROUTE.format(n) for n in range(8_000)))
text_repository("many-decorators", APP + "@app.get('/x')\n" * 20_000 + "def f(): ...\n")
text_repository("many-arguments", "f(" + ", ".join(f"a{n}={n}" for n in range(50_000)) + ")\n")

# Nesting.

for _name, _open, _middle, _close in (
        ("parentheses", "(", "1", ")"), ("brackets", "[", "1", "]"), ("dictionaries", "{1:", "1", "}"),
        ("calls", "f(", "1", ")"), ("subscripts", "a[", "1", "]"), ("negations", "not ", "1", ""),
        ("lambdas", "lambda: ", "1", ""), ("attributes", "a.", "b", ""), ("sums", "1+", "1", ""),
        ("comparisons", "1 < ", "1", ""), ("conditionals", "1 if 1 else ", "1", ""), ("strings", '"a" ', '"b"', ""),
        ("awaits", "await ", "x", ""), ("stars", "*", "x", ""), ("ands", "a and ", "b", ""),
        ("assignments", "a = ", "b", ""), ("walrus", "(a := ", "1", ")")):
    text_repository(f"deep-{_name}", f"x = {_open * 20_000}{_middle}{_close * 20_000}\n")
text_repository("open-parentheses", "(" * 400_000)
text_repository("closing-brackets", "]" * 400_000)
text_repository("deep-indents", "".join("\t" * n + "if x:\n" for n in range(400)) + "\t" * 400 + "pass\n")
text_repository("deep-functions", "".join(" " * n + f"def f{n}():\n" for n in range(600)) + " " * 600 + "pass\n")
text_repository("deep-elif", "if a:\n    pass\n" + "elif a:\n    pass\n" * 20_000)
text_repository("deep-templates", "x = " + "f'{" * 200 + "1" + "}'" * 200 + "\n")
text_repository("deep-chain", APP + "q = select(x)" + ".where(x.id == 1)" * 5_000 + "\n")
text_repository("huge-number", "x = " + "9" * 500_000 + "\ny = 1e" + "9" * 9_000 + "\n")
text_repository("open-string", 'x = "abc\n' + "y = '''never closed\n" * 10)
text_repository("syntax-errors", "def (:\n  return return\nclass\n@@@\n" * 2_000)
text_repository("mixed-indents", "if x:\n\ty = 1\n        z = 2\n   w = 3\n")
text_repository("deep-toml", "x = " + "[" * 50_000 + "]" * 50_000 + "\n", "pyproject.toml")
text_repository("deep-toml-table", "[" + ".".join("a" * 9_000) + "]\n", "backend-lead.toml")
text_repository("broken-toml", "[tool.backend-lead\nignore = 5\n", "pyproject.toml")

# Circles.

text_repository("class-that-inherits-itself", "class A(B): ...\nclass B(A): ...\nclass C(C): ...\nx = A().y\n")
text_repository("router-that-includes-itself", "from fastapi import APIRouter, FastAPI\nr = APIRouter(prefix='/a')\n"
                "r.include_router(r, prefix='/b')\napp = FastAPI()\napp.include_router(r)\napp.mount('/x', app)\n"
                "@r.get('/c')\ndef f(): ...\n")
text_repository("dependency-on-itself", "from fastapi import Depends, FastAPI\napp = FastAPI()\n"
                "def a(x=Depends(lambda: b)): ...\ndef b(x=Depends(a)): return b()\na.__defaults__ = (Depends(b),)\n"
                "@app.get('/', dependencies=[Depends(a)])\ndef f(x=Depends(b)): return f()\n")
text_repository("calls-in-a-circle", APP + "def a(): return b()\ndef b(): return c()\ndef c(): return a()\n"
                "@app.get('/')\ndef f(): return a() + f()\n")
text_repository("calls-that-double", APP + "".join(f"def f{n}(x):\n    return f{n + 1}(x) + f{n + 1}(x)\n" for n in range(60))
                + "def f60(x): return x\n@app.get('/')\ndef h(q): return f0(q)\n")
text_repository("names-in-a-circle", "a = b\nb = c\nc = a\na.append(a)\nd = {'d': d}\nx = [x for x in x]\n")
text_repository("blueprint-in-a-circle", "from flask import Blueprint, Flask\na = Blueprint('a', __name__, url_prefix='/a')\n"
                "b = Blueprint('b', __name__)\na.register_blueprint(b)\nb.register_blueprint(a)\napp = Flask(__name__)\n"
                "app.register_blueprint(a)\n@b.route('/x')\ndef f(): ...\n")


@maker
def imports_in_a_circle(root, canary):
    write(root / "app/__init__.py", "from app.a import *\nfrom app import *\n")
    write(root / "app/a.py", "from app.b import *\nfrom .b import x as y\nimport app.a\n")
    write(root / "app/b.py", "from app.a import *\nfrom . import *\nx = y\n")


@maker
def migrations_in_a_circle(root, canary):
    head = "from alembic import op\nimport sqlalchemy as sa\nrevision = {!r}\ndown_revision = {!r}\ndef upgrade():\n    {}\n"
    body = "op.create_table('t', sa.Column('id', sa.Integer))"
    for name, before in (("a", "b"), ("b", "a"), ("c", "c"), ("d", "nowhere"), ("e", ("a", "d", "e"))):
        write(root / f"migrations/versions/{name}.py", head.format(name, before, body))
    write(root / "alembic.ini", "[alembic]\nscript_location = ../../../etc\n")


# Encodings and names.

text_repository("utf-16", (APP + ROUTE.format("ü")).encode("utf-16"))
text_repository("utf-16-without-a-mark", (APP + ROUTE.format("ü")).encode("utf-16-be"))
text_repository("utf-32", (APP + ROUTE.format("ü")).encode("utf-32"))
text_repository("utf-8-mark", b"\xef\xbb\xbf" + APP.encode())
text_repository("latin-1", b"# coding: latin-1\nx = '\xe9'\n" + APP.encode())
text_repository("unknown-coding", b"# coding: no-such-codec\nx = '\xe9'\n")
text_repository("slow-coding", b"# coding: punycode\nx = '\xe9" + b"a-" * 100_000 + b"'\n")
text_repository("unpacking-coding", b"# coding: zlib_codec\n\xff")
text_repository("invalid-utf-8", b"x = '\xff\xfe\xc0\x80\xed\xa0\x80'\n" + APP.encode())
text_repository("nul-bytes", (APP + ROUTE.format("a\0b")).encode() + b"\0" * 1000)
text_repository("carriage-returns", (APP + ROUTE.format("a")).replace("\n", "\r"))
text_repository("odd-line-ends", (APP + ROUTE.format("a")).replace("\n", "\u2028\x0c\x85\n"))
text_repository("escapes-in-routes", APP + ROUTE.format(ESCAPES.replace("\x07", "\\x07") + "\\n\\x1b[31m<script>alert(1)</script>"))
text_repository("halves-of-letters", APP + ROUTE.format("\\ud800/\\udfff/\\x00"))
text_repository("reversed-text", APP + "# \u202e } \u2066if admin\u2069 \u2066 begin\n" + ROUTE.format("\u202egnp.exe"))
text_repository("hidden-letters", APP + ROUTE.format("ad\u200bmin\ufeff\U000e0041"))
text_repository("markdown-in-routes", APP + ROUTE.format("`|</td>\\n# heading\\n![x](http://127.0.0.1/)"))


@maker
def odd_names(root, canary):
    for name in (b"\xff\xfe.py", b"line\nbreak.py", b"\x1b[31mred.py", "flip\u202eyp.py".encode(), b"quote'\".py",
                 b"-rf.py", b"sp ace.py", b"$(touch x).py", b"semi;colon.py", b"tab\t.py", b"%s%n.py", b"~", b"back\\slash.py"):
        with open(os.fsencode(root) + b"/" + name, "wb") as file:
            file.write(APP.encode())


# Documents.

text_repository("deep-json", '{"openapi": "3.0.0", "paths": ' + '{"a":' * 100_000 + "1" + "}" * 100_001, "openapi.json")
text_repository("deep-json-lists", '{"openapi": "3.0.0", "x": ' + "[" * 200_000, "openapi.json")
text_repository("deep-yaml", SPEC + "x: " + "[" * 20_000 + "]" * 20_000, "openapi.yaml")
text_repository("deep-yaml-blocks", SPEC + "x:\n" + "".join(" " * n + "- a:\n" for n in range(1, 1_000)), "openapi.yaml")
text_repository("billion-laughs", SPEC + "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40)) + "paths: *a39\n", "openapi.yaml")
text_repository("laughing-schemas", SPEC + "paths: {/a: {get: {responses: {200: {content: {j: {schema: *s39}}}}}}}\n".replace(
    "*s39", "{$ref: '#/components/schemas/s39'}") + "components:\n  schemas:\n    s0: {properties: {a: {}}}\n" + "".join(
    f"    s{n}: {{allOf: [{', '.join(['{$ref: ' + repr(f'#/components/schemas/s{n - 1}') + '}'] * 9)}]}}\n"
    for n in range(1, 40)), "openapi.yaml")
text_repository("laughing-merges", SPEC + "m0: &m0 {a: 1}\n" + "".join(
    f"m{n}: &m{n}\n  <<: [*m{n - 1}, *m{n - 1}]\n" for n in range(1, 40)) + "paths: *m39\n", "openapi.yaml")
text_repository("alias-of-itself", SPEC + "paths: &p\n  /a: *p\n  get: *p\n  $ref: '#/paths'\n", "openapi.yaml")
text_repository("python-tags", SPEC + "x: !!python/object/apply:os.system ['touch CANARY']\ny: !!python/name:os.system\n"
                "z: !!python/object/new:subprocess.Popen [[touch, CANARY]]\n", "openapi.yaml")
text_repository("references-in-circles", SPEC + "paths:\n  /a: {$ref: '#/paths/~1b'}\n  /b: {$ref: '#/paths/~1a'}\n"
                "components: {schemas: {A: {$ref: '#/components/schemas/A'}, B: {allOf: [{$ref: '#/components/schemas/B'}]}}}\n",
                "openapi.yaml")
text_repository("references-out", SPEC + "paths:\n  /a: {$ref: 'file:///etc/passwd'}\n  /b: {$ref: 'http://127.0.0.1:9/x'}\n"
                "  /c: {$ref: '../../outside/secret.py'}\n  /d: {$ref: '/etc/passwd#/x'}\n", "openapi.yaml")
text_repository("huge-numbers-in-documents", '{"openapi": "3.0.0", "paths": {"/a": {"get": {"responses": {"' + "9" * 100_000
                + '": {"x": ' + "9" * 100_000 + '}}}}}, "y": 1e999999, "z": {"$ref": "#/paths/' + "9" * 5_000 + '"}}', "openapi.json")
text_repository("same-keys", '{"openapi": "3.0.0", "paths": {' + ", ".join(['"/a": {"get": {}}'] * 20_000) + "}}", "openapi.json")
text_repository("escapes-in-documents", '{"openapi": "3.0.0", "info": {"title": "\\u001b[31m\\u202e\\ud800"}, "paths": '
                '{"/\\u001b]0;x\\u0007\\n<b>": {"get": {"operationId": "\\u0000", "responses": {"\\u001b": {}}}}}}', "openapi.json")
text_repository("half-a-document", '{"openapi": "3.0.0", "paths": {"/a": {"get":', "openapi.json")
text_repository("yaml-that-stalls", SPEC + "? " * 20_000 + "\n" + "&a " * 5_000, "openapi.yaml")

# SQL.

text_repository("deep-sql", "CREATE TABLE a (id int DEFAULT " + "(" * 100_000 + "1" + ")" * 100_000 + ");", "schema.sql")
text_repository("chained-sql", "ALTER TABLE a ALTER b SET DEFAULT 1" + "+1" * 400_000 + ";\nCREATE TABLE c (id int);", "schema.sql")
text_repository("cast-sql", "CREATE VIEW v AS SELECT 1" + "::int" * 200_000 + ";\nCREATE TABLE c (id int);", "schema.sql")
text_repository("union-sql", "CREATE TABLE a AS SELECT 1" + " UNION SELECT 1" * 60_000 + ";", "schema.sql")
text_repository("open-sql", "CREATE TABLE a (id int);\nCREATE TABLE b (id text DEFAULT 'never closed);\n" * 50, "schema.sql")
text_repository("dollar-sql", "".join(f"$a{n}$ " for n in range(100_000)), "schema.sql")
text_repository("comment-sql", "/*" * 400_000, "schema.sql")
text_repository("nul-sql", b"CREATE TABLE a (id int);\0DROP TABLE a;\n\0\0CREATE TABLE b (id int);", "schema.sql")
text_repository("reading-files-by-sql", "\\i /etc/passwd\n\\! touch CANARY\nCOPY a FROM PROGRAM 'touch CANARY';\nCREATE TABLE a (id int);",
                "schema.sql")
text_repository("sql-in-code", "import psycopg\ndef f(c, x):\n    c.execute(\"SELECT " + "(" * 20_000 + "\")\n    c.execute(f'SELECT "
                + "{x}" * 2_000 + "')\n    c.execute('SELECT 1" + "+1" * 60_000 + "')\n")

# Code that runs when somebody imports, builds, tests or migrates.

for _name, _path in (
        ("module-that-acts", "app/main.py"), ("package-that-acts", "app/__init__.py"), ("setup-that-acts", "setup.py"),
        ("conftest-that-acts", "conftest.py"), ("migrations-that-act", "alembic/env.py"),
        ("sitecustomize-that-acts", "sitecustomize.py"), ("manage-that-acts", "manage.py"),
        ("wsgi-that-acts", "wsgi.py"), ("gunicorn-that-acts", "gunicorn.conf.py"), ("noxfile-that-acts", "noxfile.py")):
    def _acting(root: Path, canary: Path, path: str = _path, name: str = _name) -> None:
        write(root / path, touching(canary, name) + APP + ROUTE.format("x"))
        write(root / "alembic.ini", "[alembic]\nscript_location = alembic\n")

    MAKERS[_name] = _acting


@maker
def names_of_our_own_modules(root, canary):
    for path in ("json.py", "click.py", "re.py", "tree_sitter.py", "ruamel/yaml.py", "ruamel/__init__.py", "psycopg.py",
                 "postgast.py", "backend_lead/__init__.py", "backend_lead/__main__.py", "usercustomize.py", "rich/__init__.py"):
        write(root / path, touching(canary, path.replace("/", "-")))
    write(root / "evil.pth", f"import os; open({str(canary / 'pth')!r}, 'w')\n")


@maker
def builds_that_act(root, canary):
    write(root / "pyproject.toml", '[build-system]\nrequires = []\nbuild-backend = "acting"\nbackend-path = ["."]\n')
    write(root / "acting.py", touching(canary, "build-backend"))
    write(root / "Makefile", f"all:\n\ttouch {canary}/make\n")
    write(root / "package.json", f'{{"scripts": {{"preinstall": "touch {canary}/npm"}}}}')
    write(root / ".envrc", f"touch {canary}/envrc\n")


# Repositories of git.

def git(root: Path, *arguments: str) -> None:
    """Run git on a repository that we make."""
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, env={
        "PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"})


def committed(root: Path) -> None:
    """Make a repository with one commit and a change after it."""
    git(root, "init", "-q", "-b", "main")
    write(root / "app/main.py", APP)
    write(root / "app/old.py", "x = 1\n")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    write(root / "app/main.py", APP + ROUTE.format("new"))


def script(path: Path, canary: Path) -> str:
    """Write a program that leaves a canary; return its path."""
    write(path, f"#!/bin/sh\ntouch {canary}/{path.name}\ncat\n")
    path.chmod(0o755)
    return str(path)


@maker
def git_that_acts(root, canary):
    committed(root)
    programs = root / ".git/programs"
    settings = {
        "core.fsmonitor": "fsmonitor", "core.pager": "pager", "core.sshCommand": "ssh", "core.editor": "editor",
        "core.askPass": "askpass", "core.gitProxy": "proxy", "core.alternateRefsCommand": "refs", "diff.external": "diff",
        "diff.x.textconv": "textconv", "diff.x.command": "command", "filter.x.clean": "clean", "filter.x.smudge": "smudge",
        "filter.x.process": "process", "merge.x.driver": "merge", "gpg.program": "gpg", "credential.helper": "credential",
        "uploadpack.packObjectsHook": "pack", "pager.ls-tree": "lspager", "pager.cat-file": "catpager",
        "alias.ls-tree": "alias", "interactive.diffFilter": "interactive", "sequence.editor": "sequence"}
    for name, program in settings.items():
        prefix = "!" if name.startswith("alias") else ""
        git(root, "config", name, prefix + script(programs / program, canary))
    for name, value in {"log.showSignature": "true", "core.hooksPath": str(programs), "filter.x.required": "true",
                        "core.untrackedCache": "true", "core.commitGraph": "true", "status.submoduleSummary": "true"}.items():
        git(root, "config", name, value)
    for hook in ("post-index-change", "post-checkout", "pre-auto-gc", "reference-transaction", "fsmonitor-watchman"):
        script(programs / hook, canary)
        script(root / ".git/hooks" / hook, canary)
    write(root / ".gitattributes", "* filter=x diff=x merge=x\n")


@maker
def git_that_fetches(root, canary):
    committed(root)
    program = script(root / ".git/fetching", canary)
    write(root / ".git/config", "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n"
          f'[remote "origin"]\n\turl = ext::{program}\n\tpromisor = true\n\tpartialclonefilter = blob:none\n'
          f'\tuploadpack = {program}\n\tvcs = ext\n[protocol]\n\tallow = always\n[protocol "ext"]\n\tallow = always\n')
    for folder in sorted((root / ".git/objects").iterdir()):
        if len(folder.name) == 2:
            for item in folder.iterdir():
                item.chmod(0o644)
    blob = subprocess.run(["git", "rev-parse", "main:app/old.py"], cwd=root, capture_output=True, text=True, check=True,
                          env={"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull}).stdout.strip()
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()


@maker
def git_elsewhere(root, canary):
    write(root / "main.py", APP)
    write(root / ".git", "gitdir: ../../outside\n")


@maker
def git_with_another_worktree(root, canary):
    committed(root)
    git(root, "config", "core.worktree", "/etc")


@maker
def git_that_waits(root, canary):
    write(root / "main.py", APP)
    git(root, "init", "-q")
    (root / ".git/HEAD").unlink()
    os.mkfifo(root / ".git/HEAD")


@maker
def git_with_odd_refs(root, canary):
    committed(root)
    write(root / ".git/packed-refs", "# pack-refs\nnot a ref\n\x1b[31m refs/heads/x\n")
    write(root / ".git/refs/heads/loop", "ref: refs/heads/loop\n")


@maker
def git_in_pieces(root, canary):
    committed(root)
    for folder in (root / ".git/objects").iterdir():
        for item in folder.iterdir() if len(folder.name) == 2 else ():
            item.chmod(0o644)
            item.write_bytes(b"garbage")


NAMES = sorted(MAKERS)
