"""What ``benchmarks/localise.py`` is made of: defects, their right answers, one measured session each, and the tables."""
