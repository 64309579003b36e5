"""The ground of every domain.

Who acts (org), about whom (registry), what is on record (ledger), what came in (exchange).
"""
