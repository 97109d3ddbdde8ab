"""What installed packages say of themselves, read once for all runs that a server forks: each would read a hundred files anew.

PYTEST_DONT_REWRITE

Standard library only, Python 3.8+. Used by ``coach_server``, which coach ends when a package is installed or removed.
"""

READ = ("entry_points", "files", "metadata")
"""Properties that pytest and its plugins ask of every package, at every start."""


def remember(installed):
    """Let ``importlib.metadata`` remember what packages below these folders say; the texts end with a separator."""
    from importlib.metadata import Distribution

    for name in READ:
        found = getattr(Distribution, name, None)
        if type(found) is property:
            setattr(Distribution, name, _remembered(found, installed))


def _remembered(asked, installed):
    known = {}

    def answer(package):
        place = str(getattr(package, "_path", ""))
        if not place.startswith(installed):
            return asked.fget(package)
        if place not in known:
            known[place] = asked.fget(package)
        return known[place]

    return property(answer, doc=asked.__doc__)
