"""Where people and the schedule meet the ledger: its pages, tasks, commands and REST answers. The ledger lies below."""
