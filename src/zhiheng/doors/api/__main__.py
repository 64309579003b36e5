"""`python -m zhiheng.doors.api`: the OpenAPI description, as docs/reference/openapi.json holds it."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiheng.settings.django")
django.setup()

from zhiheng.doors.api.root import api  # noqa: E402  it needs Django to be ready

json.dump(api.get_openapi_schema(path_prefix="/api/v1/"), sys.stdout, ensure_ascii=False, indent=1)
sys.stdout.write("\n")
