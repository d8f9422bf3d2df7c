"""Accountability: the audit ledger, data-subject requests and the registers that the law asks for."""
