"""What the pages of the draw take in and hand out: lines, files, attachments."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse


def lines_of(request: HttpRequest, name: str) -> bytes:
    """The lines of a file, or of a text field, whose line ends a browser writes its own way."""
    file: Any = request.FILES.get(name)
    if file is not None:
        return bytes(file.read())
    return request.POST.get(name, "").replace("\r\n", "\n").encode("utf-8", "surrogatepass")


def attachment(name: str, data: bytes, kind: str) -> HttpResponse:
    """A file to keep."""
    return HttpResponse(
        data, content_type=kind, headers={"Content-Disposition": f"attachment; filename={name}"}
    )
