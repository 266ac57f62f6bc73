"""Print what the demo's last chain took and reached."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wfm.demo import report
from wfm.demo.models import DemoOperation
from wfm.org.tenancy import system_tenant


class Command(BaseCommand):
    """Times and peak memory by stage, accuracy of the forecast, quality of the schedule."""

    help = "Print times, peak memory, forecast accuracy and schedule quality of the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the kept figures."""
        with system_tenant():
            operation = DemoOperation.objects.filter(pk=1).first()
        if operation is None or not operation.report:
            msg = "No demo has been computed here yet; start `make demo`."
            raise CommandError(msg)
        self.stdout.write(report.render(operation.report))
