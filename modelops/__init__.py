"""The project package: ground floors, settings and routes. The Celery app is made with it, as Celery asks."""
