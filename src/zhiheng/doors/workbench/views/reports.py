"""Quality reports: the list, a new draft, one with its acts, its PDF and its verification."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from zhiheng.domains.indicators import policy, services
from zhiheng.domains.indicators.content import paragraphs_of
from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.pdf import report_pdf
from zhiheng.domains.indicators.presentation import read
from zhiheng.domains.indicators.scope import Scope
from zhiheng.domains.indicators.selectors import acts_open_to, report_by_code, reports
from zhiheng.domains.indicators.verification import report_verify
from zhiheng.domains.indicators.words import Paragraph
from zhiheng.domains.indicators.workflow import REPORT
from zhiheng.doors.look.bounded import cut_said, page_of
from zhiheng.doors.look.reader import language
from zhiheng.doors.workbench import snapshots
from zhiheng.doors.workbench.archive import about
from zhiheng.doors.workbench.dates import day_field
from zhiheng.doors.workbench.desk import WORKERS, OfficerRequest, absent, desk, show
from zhiheng.doors.workbench.places import choices, places_below
from zhiheng.foundation.ledger.snapshots import snapshot_open
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.selectors import division_names
from zhiheng.kernel.errors import N_, Problem, Refused, refuse

DRAFTERS: Final = (roles.ANALYST,)
MONTHS_OF_A_QUARTER: Final = 3
NEED_NAME: Final = frozenset({"publish", "withdraw"})
CONFIRM: Final = Problem(
    "workbench.confirm",
    N_("What was typed is not the report's code."),
    remedy=N_(
        "Type the code exactly as it stands in the head of the page, to show that you mean this report."
    ),
)


@desk(*WORKERS)
def listed(request: OfficerRequest) -> HttpResponse:
    """All reports that the officer may see."""
    rows = reports(request.actor)
    state = request.GET.get("state", "")
    if state in Report.State.values:
        rows = rows.filter(state=state)
    page = page_of(request, rows)
    names = division_names({row.division for row in page}, language())
    context = {
        "page": page,
        "rows": [(row, names.get(row.division, row.division)) for row in page],
        "states": Report.State.choices,
        "state": state,
        "cut": cut_said(page),
        "decision": policy.report_draft(request.actor, request.actor.division),
    }
    return show(request, "reports.html", context)


class DraftForm(forms.Form):
    """What a new report is about."""

    place = forms.ChoiceField(label=gettext_lazy("Place"))
    since = day_field(label=gettext_lazy("From"))
    until = day_field(label=gettext_lazy("To"))
    kind = forms.CharField(
        label=gettext_lazy("Product kind"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("Empty: all kinds."),
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        required=False,
        max_length=services.TITLE_LENGTH,
        help_text=gettext_lazy(
            "Empty: made from place and period. It holds no figures but those of the period."
        ),
    )

    def __init__(self, request: OfficerRequest) -> None:
        since, until = last_quarter(request.today)
        first = {"place": request.actor.division, "since": since, "until": until}
        super().__init__(request.POST if request.method == "POST" else None, initial=first)
        place = self.fields["place"]
        assert isinstance(place, forms.ChoiceField)  # noqa: S101  declared above; tells the type
        place.choices = choices(places_below(request.actor, request.today), "—")[1:]

    def scope(self, today: date) -> Scope:
        """The scope that was asked for."""
        given = self.cleaned_data
        return Scope(given["place"], given["since"], given["until"], today, product_kind=given["kind"])


def last_quarter(today: date) -> tuple[date, date]:
    """The last quarter that is over."""
    first = date(today.year, MONTHS_OF_A_QUARTER * ((today.month - 1) // MONTHS_OF_A_QUARTER) + 1, 1)
    last = first - timedelta(days=1)
    return date(last.year, last.month - MONTHS_OF_A_QUARTER + 1, 1), last


@desk(*DRAFTERS)
def new(request: OfficerRequest) -> HttpResponse:
    """Draft a report from the newest snapshot."""
    form = DraftForm(request)
    standing = snapshots.standing()
    context: dict[str, Any] = {"form": form, "standing": standing}
    if request.method != "POST":
        return show(request, "report_new.html", context)
    if not form.is_valid():
        return show(request, "report_new.html", context, status=422)
    try:
        if standing.snapshot is None:
            raise refuse(
                "workbench.no_snapshot",
                N_("There is no snapshot yet."),
                N_("Take one on the page of pass rates."),
            )
        scope = form.scope(request.today)
        made = services.report_draft(
            actor=request.actor,
            title=_title(form, scope),
            scope=scope,
            snapshot=standing.snapshot,
            at=request.at,
        )
    except Refused as refused:
        return show(request, "report_new.html", {**context, "problems": refused.problems}, status=422)
    return redirect("workbench:report", code=made.code)


def _title(form: DraftForm, scope: Scope) -> str:
    given = str(form.cleaned_data["title"]).strip()
    if given:
        return given
    place = division_names({scope.division}, language()).get(scope.division, scope.division)
    return _("Product quality in %(place)s, %(since)s to %(until)s") % {
        "place": place,
        "since": scope.since.isoformat(),
        "until": scope.until.isoformat(),
    }


def _report(request: OfficerRequest, code: str) -> Report:
    found = report_by_code(request.actor, code)
    if found is None:
        raise absent(N_("There is no such report, or it is not yours to see."))
    return found


@desk(*WORKERS)
def detail(request: OfficerRequest, code: str) -> HttpResponse:
    """One report with what can be done with it."""
    return _shown(request, _report(request, code))


def _shown(request: OfficerRequest, report: Report, refused: Refused | None = None) -> HttpResponse:
    offered = acts_open_to(request.actor, report)
    newest = snapshots.standing()
    context = {
        "report": report,
        "reading": read(report.document, report.content_digest, get_language() or "zh-hans"),
        "acts": [(act, _(REPORT_TITLES[act]), decision) for act, decision in offered.items()],
        "open": {act for act, decision in offered.items() if decision.allowed},
        "newer": newest.snapshot is not None and newest.snapshot.name != report.snapshot,
        "lines": about(request.actor, "report", report.code, request.today),
        "reason": request.POST.get("reason", ""),
        "problems": refused.problems if refused else (),
        "others": _others(request, report) if "withdraw" in offered else (),
    }
    return show(request, "report.html", context, status=422 if refused else 200)


def _others(request: OfficerRequest, report: Report) -> Any:
    rows = reports(request.actor).filter(state=Report.State.PUBLISHED, division=report.division)
    return rows.exclude(pk=report.pk)[:50]


REPORT_TITLES: Final = {act.name: act.label for act in REPORT.acts}
Do = Callable[[OfficerRequest, Report], None]


def _refresh(request: OfficerRequest, report: Report) -> None:
    standing = snapshots.standing()
    newest = standing.snapshot or snapshot_open(snapshots.folder(), report.snapshot)
    services.report_refresh(actor=request.actor, report=report, snapshot=newest, at=request.at)


def _submit(request: OfficerRequest, report: Report) -> None:
    services.report_submit(actor=request.actor, report=report, at=request.at)


def _review(request: OfficerRequest, report: Report) -> None:
    seen = request.POST.get("seen", "")
    services.report_review(actor=request.actor, report=report, seen=seen, at=request.at)


def _return(request: OfficerRequest, report: Report) -> None:
    reason = request.POST.get("reason", "")
    services.report_return(actor=request.actor, report=report, reason=reason, at=request.at)


def _publish(request: OfficerRequest, report: Report) -> None:
    seen = request.POST.get("seen", "")
    services.report_publish(actor=request.actor, report=report, seen=seen, at=request.at)


def _withdraw(request: OfficerRequest, report: Report) -> None:
    chosen = request.POST.get("superseded_by", "")
    services.report_withdraw(
        actor=request.actor,
        report=report,
        reason=request.POST.get("reason", ""),
        at=request.at,
        superseded_by=report_by_code(request.actor, chosen) if chosen else None,
    )


ACTS: Final[dict[str, tuple[Do, str]]] = {
    "refresh": (_refresh, N_("The report is computed again.")),
    "submit": (_submit, N_("The report is handed in for review; its content stands still.")),
    "review": (_review, N_("The report is approved and can be published.")),
    "return": (_return, N_("The report went back to its author, with your reason.")),
    "publish": (_publish, N_("The report is published. Anybody can read and verify it.")),
    "withdraw": (_withdraw, N_("The report is withdrawn. It stays visible, with the reason.")),
}


@desk(*WORKERS)
def act(request: OfficerRequest, code: str, name: str) -> HttpResponse:
    """Do something with a report; the service decides whether it is allowed."""
    report = _report(request, code)
    if name not in ACTS:
        raise absent(N_("Nothing of this name can be done with a report."))
    if request.method != "POST":
        return redirect("workbench:report", code=code)
    do, done = ACTS[name]
    try:
        policy.report_act(request.actor, report, name).require()
        if name in NEED_NAME and request.POST.get("confirm", "").strip() != report.code:
            raise Refused(CONFIRM)
        do(request, report)
    except Refused as refused:
        return _shown(request, report, refused)
    messages.success(request, _(done))
    return redirect("workbench:report", code=code)


@desk(*DRAFTERS)
def words(request: OfficerRequest, code: str) -> HttpResponse:
    """The author's own paragraphs, each line one; numbers stand as placeholders."""
    report = _report(request, code)
    policy.report_act(request.actor, report, "comment_edit").require()
    reading = read(report.document, report.content_digest, get_language() or "zh-hans")
    context: dict[str, Any] = {"report": report, "seen": request.POST.get("seen", report.content_digest)}
    status = 200
    if request.method == "POST":
        try:
            paragraphs = _typed(request, [section.name for section in reading.sections])
            services.report_comment_edit(
                actor=request.actor, report=report, paragraphs=paragraphs, seen=context["seen"], at=request.at
            )
        except Refused as refused:
            context["problems"], status = refused.problems, 422
        else:
            messages.success(request, _("Your paragraphs are in the report."))
            return redirect("workbench:report", code=code)
    context["sections"] = [
        (
            section.name,
            section.title,
            _lines(request, report, section.name, "zh-hans"),
            _lines(request, report, section.name, "en"),
        )
        for section in reading.sections
    ]
    return show(request, "report_words.html", context, status=status)


def _typed(request: OfficerRequest, sections: list[str]) -> list[Paragraph]:
    return [
        Paragraph(section, tongue, line.strip())
        for section in sections
        for tongue in ("zh-hans", "en")
        for line in request.POST.get(f"{section}.{tongue}", "").splitlines()
        if line.strip()
    ]  # fmt: skip


def _lines(request: OfficerRequest, report: Report, section: str, tongue: str) -> str:
    if request.method == "POST":
        return request.POST.get(f"{section}.{tongue}", "")
    standing = paragraphs_of(report.document)
    return "\n".join(one.text for one in standing if (one.section, one.language) == (section, tongue))


@desk(*WORKERS)
def pdf(request: OfficerRequest, code: str) -> HttpResponse:
    """The report as PDF; what is not published says so on its pages."""
    report = _report(request, code)
    answer = HttpResponse(
        report_pdf(report, get_language() or "zh-hans").data, content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'inline; filename="{report.code}.pdf"'
    return answer


@desk(*WORKERS)
def verified(request: OfficerRequest, code: str) -> HttpResponse:
    """Every number of the report, recomputed from its snapshot."""
    report = _report(request, code)
    verdict = report_verify(report, snapshots.folder())
    return show(request, "report_verified.html", {"report": report, "verdict": verdict})
