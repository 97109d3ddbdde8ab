"""Hypotheses and the experiments that test them: logpoints and trials."""
