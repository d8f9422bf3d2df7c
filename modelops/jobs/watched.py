"""What the database watches of jobs and the schedule."""

from compliance.audit.watching import exempt, watch

exempt("Progress and heartbeats, written every few seconds; asking for a job and its end have events.", "jobs.Job")
exempt("The log of a job: what the worker itself wrote about an attempt.", "jobs.JobAttempt")
watch("jobs.ScheduleEntry", "task", "every_s", "is_enabled", "is_vital")
