"""Tags of the pages of the draw: `{% load draws %}`."""

from __future__ import annotations

from typing import Any, Final

from django import template
from django.utils.translation import pgettext_lazy

from zhiheng.doors.look.templatetags import look

register = template.Library()
_SHOWN: Final = {
    "passed": ("verified", pgettext_lazy("of a check", "Passed")),
    "failed": ("broken", pgettext_lazy("of a check", "Failed")),
    "absent": ("skipped", pgettext_lazy("of a check", "Not checked")),
}


@register.inclusion_tag("look/parts/state.html")
def check_state(name: str) -> dict[str, Any]:
    """How a check ended, as word, shape and colour."""
    code, word = _SHOWN[name]
    return look.state(code, str(word))
