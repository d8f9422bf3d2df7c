"""Which event tells of jobs and of what runs by the clock. What a job does is told by the events of its work."""

from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import JOB_CANCELLED, SCHEDULE_CHANGED, SCHEDULE_DECLARED

route("jobs/", get=Exempt.NAMES)
route("jobs/<uuid:job_id>/", get=Exempt.PROGRESS)
route("api/v1/jobs/", get=Exempt.NAMES)
route("api/v1/jobs/<uuid:job_id>/", get=Exempt.PROGRESS)
route("jobs/<uuid:job_id>/cancel/", post=JOB_CANCELLED)
route("api/v1/jobs/<uuid:job_id>/cancel/", post=JOB_CANCELLED)
admin_pages("jobs.Job")
admin_pages("jobs.ScheduleEntry", changes=SCHEDULE_CHANGED)

model("jobs.Job", exempt=Exempt.PROGRESS)
model("jobs.JobAttempt", exempt=Exempt.PROGRESS)
model("jobs.ScheduleEntry", SCHEDULE_CHANGED, SCHEDULE_DECLARED)
