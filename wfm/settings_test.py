"""Settings for tests: the same real PostgreSQL and Redis, a fast password hasher, mail in memory."""

import os

os.environ.setdefault("WFM_SECRET_KEY", "only-for-tests-only-for-tests-only-for-tests-50")
os.environ.setdefault("WFM_CONTACT_KEY", "only-for-tests-only-for-tests-only-for-tests-60")

from wfm.settings import *  # noqa: F403 - tests take every setting and change a few

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
CONN_MAX_AGE = 0
for _alias in DATABASES.values():  # noqa: F405
    _alias["CONN_MAX_AGE"] = 0
AXES_ENABLED = True
