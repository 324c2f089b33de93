"""How fast: ratios within one run, one process a system, CPU time."""
