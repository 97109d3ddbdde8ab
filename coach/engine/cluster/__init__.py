"""Searches and runs carried out by the workers of a Dask cluster."""
