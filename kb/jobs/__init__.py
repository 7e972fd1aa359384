"""Work that is done beside the requests: a table of jobs, claimed by workers.

`queue` is what requests and commands call with their own session; `claiming` is what workers call; `worker` runs jobs.
What is done for each kind of job stands above the domain, in `webapp.worker`.
"""

from kb.jobs.queue import cancel_job, enqueue, get_job, list_jobs, retry_job

__all__ = ["cancel_job", "enqueue", "get_job", "list_jobs", "retry_job"]
