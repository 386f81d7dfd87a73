"""What calls of well-known libraries do to the request that makes them."""

from __future__ import annotations

HTTP_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request"})

_EXACT = frozenset({
    "time.sleep", "urllib.request.urlopen", "urllib.request.urlretrieve", "os.system", "os.popen",
    "socket.create_connection",
    "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.getoutput",
    "psycopg.connect", "psycopg2.connect", "pymysql.connect", "MySQLdb.connect", "mysql.connector.connect",
    "smtplib.SMTP", "smtplib.SMTP_SSL"})
_METHODS = {
    **dict.fromkeys(("requests", "requests.Session", "requests.session", "requests.sessions.Session", "httpx.Client"),
                    HTTP_VERBS),
    "httpx": HTTP_VERBS | {"stream"},
    "smtplib.SMTP": frozenset({"sendmail", "send_message", "login", "starttls", "connect"}),
    "smtplib.SMTP_SSL": frozenset({"sendmail", "send_message", "login", "connect"}),
    **{f"{owner}.cursor": frozenset({"execute", "executemany"})
       for owner in ("psycopg2.connect", "pymysql.connect", "MySQLdb.connect", "mysql.connector.connect")},
    "psycopg.connect": frozenset({"execute"}), "psycopg.connect.cursor": frozenset({"execute", "executemany"}),
    "redis.Redis": frozenset({"get", "set", "mget", "hget", "hset", "incr", "publish", "lpush", "rpush", "blpop"}),
    "redis.from_url": frozenset({"get", "set", "mget", "hget", "hset", "incr", "publish", "lpush", "rpush", "blpop"}),
}
_BOTO = ("boto3.client.", "boto3.resource.", "boto3.Session.client.", "boto3.session.Session.client.")
_BOTO_LOCAL = frozenset({"exceptions", "meta", "generate_presigned_url", "generate_presigned_post", "get_paginator",
                         "get_waiter", "can_paginate", "Object", "Bucket", "Table", "close"})


def is_blocking(name: str) -> bool:
    """Say whether a call by this dotted name keeps its thread waiting for a network, a process or a clock."""
    owner, _, method = name.rpartition(".")
    if name in _EXACT or method in _METHODS.get(owner, ()):
        return True
    rest = next((name.removeprefix(prefix) for prefix in _BOTO if name.startswith(prefix)), "")
    return bool(rest) and "." not in rest and rest not in _BOTO_LOCAL
