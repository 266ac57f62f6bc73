"""The endpoint as one would write it first: a serializer, a loop, model instances, live row at once.

Kept only to be measured against. It knows no silent feeds, no late events and no exceptions, so it
does less.
"""

from tests.benchmarks.adherence_live.naive.process import running_naive

__all__ = ["running_naive"]
