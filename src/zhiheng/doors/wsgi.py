"""What the server process loads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiheng.settings.django")
application = get_wsgi_application()

from zhiheng.doors import logs  # noqa: E402  settings are asked for, so Django must be ready

logs.configure()
