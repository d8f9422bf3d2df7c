from django.apps import AppConfig


class LedgerDeskConfig(AppConfig):
    name = "compliance.ledger_desk"
    label = "ledger_desk"
    verbose_name = "Ledger"
