"""The addresses of the public's door. Published ones stay: links to them stand in reports and in print."""

from django.urls import path, register_converter

from zhiheng.doors.portal.views import (
    about,
    enterprises,
    home,
    ledger,
    machines,
    rates,
    reports,
    results,
    search,
)

app_name = "portal"


class Word:
    """A key or code: letters, digits and hyphens. Anything else is no address, and reaches no database."""

    regex = r"[\w-]{1,64}"

    def to_python(self, text: str) -> str:
        """The word."""
        return text

    def to_url(self, word: str) -> str:
        """The word."""
        return word


class Book(Word):
    """The key of a book, as the ledger allows it."""

    regex = r"[\w-]{1,32}"


class Ordinal:
    """The number of an entry or checkpoint; a longer one than any ledger holds is no address."""

    regex = "[0-9]{1,12}"

    def to_python(self, text: str) -> int:
        """The number."""
        return int(text)

    def to_url(self, number: int) -> str:
        """The number."""
        return str(number)


class ProofForm(Word):
    """The two forms of what is made to be checked."""

    regex = "json|txt"


register_converter(Word, "word")
register_converter(Book, "book")
register_converter(Ordinal, "ordinal")
register_converter(ProofForm, "proof")

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("enterprises/<str:uscc>/", enterprises.enterprise, name="enterprise"),
    path("results/", results.result_list, name="results"),
    path("results/export.<str:form>", results.result_export, name="results_export"),
    path("results/<word:key>/", results.result, name="result"),
    path("rates/", rates.rates, name="rates"),
    path("reports/", reports.report_list, name="reports"),
    path("reports/feed.atom", machines.feed, name="feed"),
    path("reports/<word:code>/", reports.report, name="report"),
    path("reports/<word:code>/check/", reports.report_check, name="report_check"),
    path("reports/<word:code>.pdf", reports.report_pdf, name="report_pdf"),
    path("reports/<word:code>.zip", reports.report_package, name="report_package"),
    path("verify/", ledger.verify, name="verify"),
    path("verify/checkpoints/", ledger.checkpoints, name="checkpoints"),
    path("verify/checkpoints.txt", ledger.checkpoints_text, name="checkpoints_text"),
    path("verify/checkpoints/<ordinal:number>/", ledger.checkpoint, name="checkpoint"),
    path("verify/checkpoints/<ordinal:number>.<proof:form>", ledger.checkpoint_file, name="checkpoint_file"),
    path("verify/entries/<book:book>-<ordinal:number>/", ledger.entry, name="entry"),
    path("verify/entries/<book:book>-<ordinal:number>.<proof:form>", ledger.entry_file, name="entry_file"),
    path("about/", about.methods, name="about"),
    path("about/data/", about.data, name="data"),
    path("about/accessibility/", about.accessibility, name="accessibility"),
    path("robots.txt", machines.robots, name="robots"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
]
