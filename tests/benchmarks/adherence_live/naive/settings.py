"""The product's settings with the naive endpoint beside it."""

from wfm.settings import *  # noqa: F403 - all of them, and two changed

INSTALLED_APPS = [
    *INSTALLED_APPS,  # noqa: F405 - as above
    "tests.benchmarks.adherence_live.naive.apps.NaiveConfig",
]
ROOT_URLCONF = "tests.benchmarks.adherence_live.naive.urls"
