"""Pages and API."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wfm.settings")

from django.conf import settings

from wfm.env import require

require(settings.REQUIRED_ENVIRONMENT)
application = get_wsgi_application()
