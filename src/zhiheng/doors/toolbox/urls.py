"""The addresses of the toolbox. A link to a result stands in reports and in letters: published ones stay."""

from django.urls import path

from zhiheng.doors.toolbox.views import home

app_name = "toolbox"

urlpatterns = [
    path("", home.home, name="home"),
]
