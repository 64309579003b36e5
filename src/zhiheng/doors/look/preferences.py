"""Language and appearance, chosen by a link and remembered in a cookie; no script, no form.

`?lang=en` and `?scheme=dark` set the cookie and lead back to the same address without them. A value
that is not offered is left alone. It refuses to touch the API, whose parameters are its own.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_vary_headers

from zhiheng.doors.look.lists import PASSING, address

SCHEMES = ("light", "dark")
SCHEME_COOKIE = "zhiheng_scheme"
YEAR = 365 * 24 * 3600
API = "/api/"


def scheme_of(request: HttpRequest) -> str:
    """The appearance that was chosen by hand; `""` follows the system."""
    chosen = request.COOKIES.get(SCHEME_COOKIE, "")
    return chosen if chosen in SCHEMES else ""


def appearance(request: HttpRequest) -> dict[str, str]:
    """Context processor: the frame asks for `scheme`."""
    return {"scheme": scheme_of(request)}


class PreferencesMiddleware:
    """Stands before LocaleMiddleware, so that the answer is already in the new language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = _chosen(request)
        if not chosen:
            response = self.get_response(request)
            if response.get("Content-Type", "").startswith("text/html"):
                patch_vary_headers(response, ["Cookie"])
            return response
        answer = HttpResponseRedirect(address(request, {}))
        for name, value in chosen.items():
            if value:
                answer.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure())
            else:
                answer.delete_cookie(name, samesite="Lax")
        return answer


def _chosen(request: HttpRequest) -> dict[str, str]:
    """The cookies that this address asks for; an empty value removes one."""
    if request.method not in ("GET", "HEAD") or request.path.startswith(API):
        return {}
    lang, scheme = (request.GET.get(name) for name in PASSING)
    chosen = {}
    if lang in dict(settings.LANGUAGES):
        chosen[settings.LANGUAGE_COOKIE_NAME] = lang
    if scheme in (*SCHEMES, "auto"):
        chosen[SCHEME_COOKIE] = "" if scheme == "auto" else scheme
    return chosen
