from django.apps import AppConfig


class SupplyChainConfig(AppConfig):
    name = "compliance.supply_chain"
    label = "supply_chain"
    verbose_name = "Dependencies"
