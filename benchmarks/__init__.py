"""What watching costs: ratios to bare Django, in instructions and in CPU time, memory, growth and a soak.

Run from the top of the repository: ``python -m benchmarks --help``.
"""
