"""The addresses of the toolbox. A link to a result stands in reports and in letters: published ones stay."""

from django.urls import path

from zhiheng.doors.toolbox.draws import views as draws
from zhiheng.doors.toolbox.views import home, pass_rates, templates

app_name = "toolbox"

urlpatterns = [
    path("", home.home, name="home"),
    path("templates/<slug:name>.xlsx", templates.filled_in, name="template"),
    path("pass-rate/", pass_rates.one, name="pass_rate"),
    path("pass-rate/result.<slug:form>", pass_rates.one_export, name="pass_rate_export"),
    path("pass-rate/table/", pass_rates.many, name="pass_rates"),
    path("pass-rate/table/result.<slug:form>", pass_rates.many_export, name="pass_rates_export"),
    path("draw/", draws.home, name="draw"),
    path("draw/verify/", draws.verify, name="draw_verify"),
    path("draw/commit/", draws.commit, name="draw_commit"),
    path("draw/reveal/", draws.reveal, name="draw_reveal"),
]
