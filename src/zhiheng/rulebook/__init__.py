"""Law and standards as dated data: one TOML file per field, read by zhiheng.kernel.rulebook.

Every value names its instrument, its article and its dates where known, and how surely it was checked. There
is no code here, and no value without a source.
"""
