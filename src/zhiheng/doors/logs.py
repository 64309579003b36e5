"""Logs: one line an event, structured, without what a person typed.

A request is logged with its method, its path without the query (a search can name a person), the
status and the time it took. Failures carry their traceback and an id that the error page shows.
This module refuses to log bodies, cookies and addresses of visitors.
"""

from __future__ import annotations

import logging
import sys
import time
import uuid
from collections.abc import Callable
from typing import Final

import structlog
from django.http import HttpRequest, HttpResponse

from zhiheng.settings import settings

_SHARED: Final[list[structlog.types.Processor]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
log = structlog.get_logger("zhiheng.request")


def configure() -> None:
    """Send every log of this process to standard error, in the form that the settings name."""
    rendering: list[structlog.types.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if settings().log_format == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # Who watches a terminal wants the failures; who collects JSON wants every request.
    logging.getLogger("zhiheng.request").setLevel(
        logging.INFO if settings().log_format == "json" else logging.WARNING
    )
    # Each failed request would be told twice: the middleware below tells it with its id.
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    logging.getLogger("django.security.DisallowedHost").setLevel(logging.CRITICAL)


class RequestLogMiddleware:
    """Logs each request when it is answered, under an id that goes back in a header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and say how it went."""
        number = uuid.uuid4().hex[:12]
        structlog.contextvars.bind_contextvars(request=number)
        started = time.perf_counter()
        try:
            response = self._get_response(request)
            took = round((time.perf_counter() - started) * 1000, 1)
            tell = log.warning if response.status_code >= 500 else log.info
            tell("answered", method=request.method, path=request.path, status=response.status_code, ms=took)
            response.headers["X-Request-Id"] = number
            return response
        finally:
            structlog.contextvars.clear_contextvars()

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Tell a failure with its traceback; the error page says the rest."""
        log.error("failed", method=request.method, path=request.path, exc_info=exception)
