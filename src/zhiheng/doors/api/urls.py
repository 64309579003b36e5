"""The addresses of the API."""

from django.urls import path, re_path

from zhiheng.doors.api.root import api, nothing_here

urlpatterns = [
    path("v1/", api.urls),
    re_path(r"^(?P<path>.*)$", nothing_here),
]
