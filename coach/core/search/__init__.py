"""Searches: generators that ask for configurations and are told outcomes (bisection, delta debugging, flake axes)."""
