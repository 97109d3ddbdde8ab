"""Runs that measure: lines, calls, logpoints, mutations, wrong fixes, trials."""
