"""Celery tasks for the tests of the job runner, loaded by test workers only."""

import time
from pathlib import Path

from celery import shared_task

from wfm.jobs.runner import JobContext, JobRefused, run
from wfm.org.models import Client


def slow_count(context: JobContext) -> dict:
    """Count to `steps`, checkpointing; leave a mark for each attempt; publish one client."""
    marks = Path(context.params["marks"])
    with marks.open("a") as file:
        file.write(f"attempt {context.attempt} from {context.checkpoint.get('done', 0)}\n")
    done = context.checkpoint.get("done", 0)
    while done < context.params["steps"]:
        context.raise_if_cancelled()
        time.sleep(context.params["step_seconds"])
        done += 1
        context.save_checkpoint({"done": done})
        context.progress(done / context.params["steps"], f"step {done}")
    with context.publishing():
        Client.objects.create(name=context.params["name"], key=f"published-{context.token}")
    return {"done": done}


def refuse(context: JobContext) -> dict:
    message = "The file has no rows; add some."
    raise JobRefused(message)


def fault(context: JobContext) -> dict:
    message = "division of labour by zero"
    raise ZeroDivisionError(message)


@shared_task(name="probe.slow_count")
def slow_count_task(*, job_id: int, **_: object) -> None:
    run(job_id, slow_count)


@shared_task(name="probe.refuse")
def refuse_task(*, job_id: int, **_: object) -> None:
    run(job_id, refuse)


@shared_task(name="probe.fault")
def fault_task(*, job_id: int, **_: object) -> None:
    run(job_id, fault)
