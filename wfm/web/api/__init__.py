"""What every room's REST API is made of.

Nothing is imported here: DRF's settings name modules of this package, and DRF reads its settings
while it is itself being imported. Import from the modules:

    views           VisibleQuerysetMixin, ListViewSet, ReadViewSet, accepted, JobReferenceSerializer
    preconditions   IfMatchMixin (edits with If-Match, 412, 428; ETag and 304 on reads)
    idempotency     IdempotentMixin (POST with Idempotency-Key happens once)
    errors          Conflict, PreconditionFailed, … and the one error shape
    pagination      CursorPages
    fields          parameters and fields that all rooms write alike
"""
