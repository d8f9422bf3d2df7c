from django.apps import AppConfig


class PromotionConfig(AppConfig):
    name = "registry.promotion"
    label = "promotion"
    verbose_name = "Promotions"
