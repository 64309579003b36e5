"""A tool that takes a table: by paste or file, by a link that carries it, and back as a page or a file.

What the tool computes is handed in; the way of the table is the same for all. This module refuses
to compute anything from a table with a faulty row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from zhiheng.doors.toolbox import results
from zhiheng.doors.toolbox.forms import ToolForm, said
from zhiheng.doors.toolbox.refusals import refusals_of_methods
from zhiheng.doors.toolbox.tables import PROBLEMS_MOST, Given, RowProblem, packed, pasted, unpacked, uploaded
from zhiheng.kernel.errors import Problem, Refused
from zhiheng.kernel.sheets import Sheet

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class TableTool(Generic[Found]):
    """A tool: its sheet, form and page, what it computes, what the page shows of it, and its file.

    `fields` say at which field a refusal of the method belongs; one that names a row of the table
    (`position`, from 0) is shown in that row.
    """

    sheet: Sheet
    form: type[ToolForm]
    page: str
    address: str
    template: str
    fields: Mapping[str, str]
    compute: Callable[[Mapping[str, Any], Given], Found]
    context: Callable[[Mapping[str, Any], Found], Mapping[str, Any]]
    file: Callable[[Mapping[str, Any], Found, list[str], str], HttpResponseBase]

    @property
    def parameters(self) -> list[str]:
        """The fields of the form that are not the table."""
        return [name for name in self.form.base_fields if name not in ("table", "file")]

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        """The page: empty, from a link, or from what was sent."""
        if request.method == "POST":
            return self._posted(request)
        link = request.GET.get("t", "")
        if not link:
            return self._page(request, {"form": self.form(None)})
        form, given, found, wrong = self._read(self._linked(request), None)
        return self._answered(request, form, given, found, wrong, link)

    def export(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        """The file of a table that is carried in the link."""
        address = f"{reverse(self.address)}?{request.GET.urlencode()}"
        form, given, found, _wrong = self._read(self._linked(request), None)
        if given is None or found is None:
            return HttpResponseRedirect(address)
        notes = [results.digest_said(given.digest), request.build_absolute_uri(address)]
        return self.file(form.cleaned_data, found, notes, kind)

    def _linked(self, request: HttpRequest) -> dict[str, Any]:
        return {**self._given(request.GET), "table": unpacked(request.GET.get("t", ""))}

    def _given(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {name: given[name] for name in self.parameters if given.get(name) not in (None, "")}

    def _posted(self, request: HttpRequest) -> HttpResponseBase:
        form, given, found, wrong = self._read(request.POST.dict(), request.FILES)
        if given is None or found is None:
            return self._answered(request, form, given, found, wrong, "")
        if request.POST.get("as") == "xlsx":
            return self.file(form.cleaned_data, found, [results.digest_said(given.digest)], "xlsx")
        link = packed(given)
        if link:
            query = urlencode({**self._given(request.POST), "t": link})
            return HttpResponseRedirect(f"{request.path}?{query}#result", status=303)
        return self._answered(request, form, given, found, wrong, "")

    def _read(
        self, sent: Mapping[str, Any], files: Any
    ) -> tuple[ToolForm, Given | None, Found | None, tuple[RowProblem, ...]]:
        """The form, the table, what is computed from it, and what is wrong in its rows."""
        form = self.form(sent, files)
        valid = form.is_valid()
        file = files.get("file") if files else None
        try:
            given = uploaded(self.sheet, file) if file else pasted(self.sheet, str(sent.get("table", "")))
        except Refused as refused:
            for problem in refused.problems:
                form.add_error("file" if file else "table", said(problem))
            return form, None, None, ()
        # The field shows what was read, so that it can be mended, and sent again for the file.
        form.data = {**form.data, "table": given.shown(self.sheet)}
        if given.problems or not valid:
            return form, given, None, given.problems
        try:
            with refusals_of_methods():
                return form, given, self.compute(form.cleaned_data, given), ()
        except Refused as refused:
            return form, given, None, self._placed(form, given, refused)

    def _placed(self, form: ToolForm, given: Given, refused: Refused) -> tuple[RowProblem, ...]:
        """Problems that name a row go to their row, all others to their field."""
        rows, others = [], []
        for problem in refused.problems:
            at = problem.params.get("position")
            if isinstance(at, int) and at < len(given.rows):
                rows.append(RowProblem(given.rows[at].number, "", "", problem))
            else:
                others.append(problem)
        if others:
            form.refuse(Refused(*others), self.fields, "table")
        return tuple(rows)

    def _answered(
        self,
        request: HttpRequest,
        form: ToolForm,
        given: Given | None,
        found: Found | None,
        wrong: tuple[RowProblem, ...],
        link: str,
    ) -> HttpResponse:
        context: dict[str, Any] = {"form": form}
        if wrong:
            context |= {"problems": wrong[:PROBLEMS_MOST], "count": len(wrong), "sheet": self.sheet}
        if given is None or found is None:
            return self._page(request, context, 422)
        context |= self.context(form.cleaned_data, found)
        context["digest"] = given.digest
        if link:
            context["link"] = results.link_to(request)
            context["export"] = f"{reverse(self.address)}result.xlsx?{request.GET.urlencode()}"
        return self._page(request, context)

    def _page(self, request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return render(request, self.page, {**context, "template": self.template}, status=status)


def needed(row: int, column: str, message: str, remedy: str) -> Refused:
    """A cell that this calculation needs, although the table may do without."""
    return Refused(Problem("row.needed", message, {"position": row, "column": column}, remedy))
