"""The addresses of the officials' door."""

from __future__ import annotations

from typing import Any

from django.urls import path

from zhiheng.doors.workbench.views import (
    enterprises,
    handing_in,
    home,
    imports,
    ledger,
    organisation,
    parties,
    rates,
    reports,
    results,
)

app_name = "workbench"
urlpatterns: list[Any] = [
    path("", home.mine, name="mine"),
    path("imports/", imports.listed, name="imports"),
    path("imports/new/", handing_in.new, name="import-new"),
    path("imports/template/<slug:sheet>.xlsx", handing_in.template_file, name="import-template"),
    path("imports/mappings/", imports.mappings, name="mappings"),
    path("imports/new/<slug:token>/columns/", handing_in.columns, name="import-columns"),
    path("imports/new/<slug:token>/preview/", handing_in.preview, name="import-preview"),
    path("imports/<slug:public_id>/", imports.detail, name="import"),
    path("imports/<slug:public_id>/progress/", imports.progress, name="import-progress"),
    path("imports/<slug:public_id>/cancel/", imports.cancel, name="import-cancel"),
    path("imports/<slug:public_id>/refused.xlsx", imports.refused_file, name="import-refused"),
    path("imports/<slug:public_id>/rows/<int:number>/", imports.mend, name="import-mend"),
    path("enterprises/", enterprises.listed, name="enterprises"),
    path("enterprises/export.<slug:form>", enterprises.exported, name="enterprises-export"),
    path("enterprises/<slug:uscc>/", enterprises.detail, name="enterprise"),
    path("parties/", parties.listed, name="parties"),
    path("parties/<int:number>/", parties.detail, name="party"),
    path("parties/<int:number>/resolve/", parties.resolve, name="party-resolve"),
    path("parties/<int:number>/release/", parties.release, name="party-release"),
    path("results/", results.listed, name="results"),
    path("results/export.<slug:form>", results.exported, name="results-export"),
    path("results/<slug:key>/", results.detail, name="result"),
    path("results/<slug:key>/correct/", results.correct, name="result-correct"),
    path("rates/", rates.page, name="rates"),
    path("rates/export.<slug:form>", rates.exported, name="rates-export"),
    path("rates/snapshot/", rates.snapshot, name="snapshot"),
    path("reports/", reports.listed, name="reports"),
    path("reports/new/", reports.new, name="report-new"),
    path("reports/<slug:code>/", reports.detail, name="report"),
    path("reports/<slug:code>/words/", reports.words, name="report-words"),
    path("reports/<slug:code>/verify/", reports.verified, name="report-verify"),
    path("reports/<slug:code>/report.pdf", reports.pdf, name="report-pdf"),
    path("reports/<slug:code>/<slug:name>/", reports.act, name="report-act"),
    path("ledger/", ledger.overview, name="ledger"),
    path("ledger/verify/", ledger.verify, name="ledger-verify"),
    path("acts/", ledger.acts, name="acts"),
    path("ledger/<slug:book>/<int:number>/", ledger.entry, name="entry"),
    path("officers/", organisation.listed, name="officers"),
    path("officers/new/", organisation.enter, name="officer-new"),
    path("officers/<int:number>/", organisation.officer, name="officer"),
    path("officers/<int:number>/appoint/", organisation.appoint, name="officer-appoint"),
    path("officers/<int:number>/roles/<int:appointment>/end/", organisation.dismiss, name="officer-dismiss"),
    path("tokens/", organisation.tokens, name="tokens"),
    path("tokens/<int:number>/revoke/", organisation.revoke, name="token-revoke"),
]
