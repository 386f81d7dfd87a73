"""One service, read in a process of its own: it takes its memory along, and ends with its worker."""

from __future__ import annotations

import gc
import os
import resource
import tempfile
import time

import msgspec

from backend_lead.errors import BackendLeadError, NothingToLookAt, Unreachable
from backend_lead.gates.text import mask, one_line
from backend_lead.gates.worker import request_and_answers
from backend_lead.lead.fleet.asked import Answer, Question
from backend_lead.lead.options import options_for
from backend_lead.lead.review import review
from backend_lead.model.finding import Severity
from backend_lead.model.fleet import FleetEndpoint, Read, Service
from backend_lead.model.review import Report
from backend_lead.report._format import View
from backend_lead.report.json import render
from backend_lead.rules._paths import is_parameter, segments, version_of


def main() -> None:
    """Answer the question that stands on standard input."""
    gc.disable()
    request, answers = request_and_answers()
    question = msgspec.json.decode(request, type=Question)
    resource.setrlimit(resource.RLIMIT_AS, (question.memory, question.memory))
    answers.write(msgspec.json.encode(answer(question)) + b"\n")
    answers.flush()
    os._exit(0)


def answer(question: Question) -> Answer:
    """Return what a service gave, or why it gave nothing."""
    begun = time.monotonic()
    outcome, why, report = Read.DONE, "", None
    with tempfile.TemporaryDirectory() as empty:
        try:
            report = review(options_for(question.path or empty, dsn=question.dsn, cache=False))
        except NothingToLookAt as error:
            outcome, why = Read.NOTHING, mask(error.message)
        except Unreachable as error:
            return Answer(again=True, why=mask(error.message))
        except BackendLeadError as error:
            outcome, why = Read.FAILED, mask(error.message)
        except MemoryError:
            outcome, why = Read.FAILED, f"it needs more than {question.memory // 1_000_000:,} MB to be read"
        except Exception as error:
            outcome, why = Read.FAILED, f"a fault of ours: {type(error).__name__}: {mask(one_line(str(error)))}"
    service = Service(question.name, question.path, outcome, why, seconds=round(time.monotonic() - begun, 2),
                      peak_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    if report is None:
        return Answer(msgspec.json.encode(service).decode())
    return Answer(msgspec.json.encode(_filled(service, report)).decode(), render(report, View()))


def _filled(service: Service, report: Report) -> Service:
    rulings = {(each.method, each.path): each.verdict.value for each in report.verdicts}
    deprecated = {(operation.method.upper(), _shape(operation.path)) for document in report.backend.documents
                  for operation in document.operations if operation.deprecated}
    endpoints = tuple(sorted((FleetEndpoint(
        each.method, each.path, _shape(each.path), version_of(each.path) or "", each.authentication.value,
        rulings.get((each.method, each.path), ""), each.handler.place.file, each.handler.place.line,
        (each.method, _shape(each.path)) in deprecated) for each in report.backend.endpoints),
        key=lambda each: (each.path, each.method)))
    counted = {severity: sum(each.severity is severity for each in report.findings) for severity in Severity}
    return Service(
        service.name, service.path, service.outcome, service.why, endpoints, len(report.backend.tables),
        tuple((severity.value, number) for severity, number in counted.items()),
        tuple((grade.dimension.value, grade.letter) for grade in report.grades), service.seconds, service.peak_bytes)


def _shape(path: str) -> str:
    """Return a path without its version and the names of its parameters."""
    version = version_of(path)
    return "/" + "/".join("{}" if is_parameter(part) else part for part in segments(path) if part != version)


if __name__ == "__main__":
    main()
