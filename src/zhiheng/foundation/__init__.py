"""The ground of every domain: who acts (org), about whom (registry), what is on record (ledger), what came in (exchange)."""
