"""Work that the caller need not wait for, done before the answer."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Call, Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.model.place import Place
from backend_lead.rules._reached import Reached, also, is_deferred, reached_calls
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Slow work in the request", Severity.MEDIUM, preview=True)
write = Writer(__name__, RULE)

_MAIL = "sends mail"
_PDF = "makes a PDF"
_IMAGE = "works on an image"
_PROGRAM = "waits for another program"
_WORK = {
    **dict.fromkeys((f"smtplib.{kind}{method}" for kind in ("SMTP", "SMTP_SSL")
                     for method in ("", ".sendmail", ".send_message")), _MAIL),
    **dict.fromkeys(("sendgrid.SendGridAPIClient.send", "flask_mail.Mail.send", "fastapi_mail.FastMail.send_message",
                     "aiosmtplib.send", "aiosmtplib.SMTP.send_message"), _MAIL),
    **dict.fromkeys(("weasyprint.HTML.write_pdf", "pdfkit.from_string", "pdfkit.from_url", "pdfkit.from_file",
                     "xhtml2pdf.pisa.CreatePDF", "reportlab.pdfgen.canvas.Canvas.save",
                     "reportlab.platypus.SimpleDocTemplate.build"), _PDF),
    **dict.fromkeys(("PIL.Image.open.resize", "PIL.Image.open.thumbnail", "PIL.Image.open.convert"), _IMAGE),
    **dict.fromkeys(("subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output",
                     "os.system"), _PROGRAM),
}
_COST = {
    _MAIL: "The mail server decides how long that takes, often seconds, and when it is down the request fails after "
           "its rows were committed.",
    _PDF: "That is seconds of a core: the worker answers nobody else meanwhile, and a gateway may give up first.",
    _IMAGE: "That is a core and many times the file's size in memory for as long as it lasts.",
    _PROGRAM: "Its start alone is many times the cost of a query, and the worker is held until it ends.",
}


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each function that does such work before the answer is sent."""
    done: dict[tuple[str, str, str], list[Reached[Call]]] = {}
    for reached in reached_calls(backend, lambda endpoint, call: _is_slow(endpoint, call)):
        key = (reached.what.place.file, reached.what.symbol, _WORK[reached.what.name])
        done.setdefault(key, []).append(reached)
    for group in done.values():
        yield _finding(group)


def _is_slow(endpoint: Endpoint, call: Call) -> bool:
    if call.name not in _WORK or is_deferred(call, endpoint):
        return False
    # A program whose outcome is looked at may be what the caller asked for.
    return _WORK[call.name] != _PROGRAM or call.statement.startswith(("subprocess.", "os.system("))


def _finding(group: list[Reached[Call]]) -> Finding:
    first = min(group, key=lambda each: each.what.place)
    call, endpoint = first.what, first.endpoint
    kind = _WORK[call.name]
    endpoints = tuple({each.name: each for reached in group for each in reached.endpoints}.values())
    function = call.symbol.rpartition(".")[2]
    inside = call.symbol != endpoint.handler.name and bool(function)
    called: Place = call.path[-1].place if inside and call.path else call.place
    what = function if inside else "the_work"
    if endpoint.framework == "flask":
        fix = f"{what}.delay(...)  # a Celery task, at {called}"
    else:
        fix = f"tasks.add_task({what}, ...)  # tasks: BackgroundTasks, at {called}"
    others = also((endpoint, *(each for each in endpoints if each.name != endpoint.name)))
    return write(
        call.place, f"{endpoint.name} {kind} before it answers.{others}",
        f"The caller waits for it. {_COST[kind]}", fix, severity=Severity.LOW if kind == _IMAGE else None,
        endpoint=endpoint, symbol=call.symbol, snippet=call.statement or call.name, path=call.path,
        touches=tuple(f"route:{each.name}" for each in endpoints))
