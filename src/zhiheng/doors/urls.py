"""Every address of the system."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("api/", include("zhiheng.doors.api.urls")),
    path("tools/", include("zhiheng.doors.toolbox.urls")),
    path("workbench/", include("zhiheng.doors.workbench.urls")),
    path("", include("zhiheng.doors.portal.urls")),
]

handler400 = "zhiheng.doors.look.errors.bad_request"
handler403 = "zhiheng.doors.look.errors.denied"
handler404 = "zhiheng.doors.look.errors.not_found"
handler500 = "zhiheng.doors.look.errors.failed"
