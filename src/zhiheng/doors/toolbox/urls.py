"""The addresses of the toolbox. A link to a result stands in reports and in letters: published ones stay."""

from django.urls import path

from zhiheng.doors.toolbox.draws import committing, revealing
from zhiheng.doors.toolbox.draws import views as draws
from zhiheng.doors.toolbox.views import home, pass_rates, plans, sizes, switching, templates, variables

app_name = "toolbox"

urlpatterns = [
    path("", home.home, name="home"),
    path("templates/<slug:name>.xlsx", templates.filled_in, name="template"),
    path("plan/", plans.for_lot, name="plan"),
    path("plan/result.<slug:form>", plans.for_lot_export, name="plan_export"),
    path("plan/two-points/", plans.two_points, name="plan_points"),
    path("plan/two-points/result.<slug:form>", plans.two_points_export, name="plan_points_export"),
    path("plan/declared/", plans.declared_level, name="plan_declared"),
    path("plan/declared/result.<slug:form>", plans.declared_level_export, name="plan_declared_export"),
    path("plan/variables/", variables.by_variables, name="plan_variables"),
    path("plan/variables/result.<slug:form>", variables.by_variables_export, name="plan_variables_export"),
    path("plan/switching/", switching.switching, name="plan_switching"),
    path("plan/switching/result.<slug:form>", switching.switching_export, name="plan_switching_export"),
    path("size/", sizes.for_rate, name="size"),
    path("size/result.<slug:form>", sizes.for_rate_export, name="size_export"),
    path("size/difference/", sizes.for_difference, name="size_difference"),
    path("size/difference/result.<slug:form>", sizes.for_difference_export, name="size_difference_export"),
    path("size/detection/", sizes.to_detect, name="size_detection"),
    path("size/detection/result.<slug:form>", sizes.to_detect_export, name="size_detection_export"),
    path("allocation/", sizes.allocation, name="allocation"),
    path("allocation/result.<slug:form>", sizes.allocation_export, name="allocation_export"),
    path("pass-rate/", pass_rates.one, name="pass_rate"),
    path("pass-rate/result.<slug:form>", pass_rates.one_export, name="pass_rate_export"),
    path("pass-rate/table/", pass_rates.many, name="pass_rates"),
    path("pass-rate/table/result.<slug:form>", pass_rates.many_export, name="pass_rates_export"),
    path("draw/", draws.home, name="draw"),
    path("draw/verify/", draws.verify, name="draw_verify"),
    path("draw/commit/", committing.page, name="draw_commit"),
    path("draw/reveal/", revealing.page, name="draw_reveal"),
    path("draw/number/", draws.number, name="draw_number"),
    path("draw/template.xlsx", draws.template_of_frame, name="draw_template"),
]
