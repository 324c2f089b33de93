"""Gold notes, the evaluation harness, baselines and benchmarks. Not shipped in the wheel."""
