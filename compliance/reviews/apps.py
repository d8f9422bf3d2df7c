from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "compliance.reviews"
    label = "reviews"
    verbose_name = "Reviews"

    def ready(self) -> None:
        from modelops.lib.plugins import load_modules

        load_modules("access_rights")
