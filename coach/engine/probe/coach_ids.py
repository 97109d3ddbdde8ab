"""Name tests as coach does: by a path below coach's own root that pytest takes there as typed.

PYTEST_DONT_REWRITE

pytest's node ids begin with a path relative to its rootdir, which lies above, below or beside coach's root; for files
outside of the rootdir the path is whatever pytest made of it, down to nothing. So an id is made from the item itself:
where its file is, without following links, and what stands behind the file in the node id. Where only a node id is
known (the controller of pytest-xdist, some reports), it is read as relative to the rootdir. Everything in the probe
that tells or compares ids asks here. Standard library only, Python 3.8+, pytest 6+.
"""

import os

MOST_FILES = 20_000


class Ids:
    """The ids of one run. ``root`` is coach's: the checkout or the copy that the run is in."""

    def __init__(self):
        self.roots, self.rootdir = (), ""
        self.files = {}
        self.shared = set()
        self.item = None

    def begin(self, root):
        self.roots = tuple({each.rstrip(os.sep) + os.sep for each in (os.path.abspath(root), os.path.realpath(root))})

    def at(self, config):
        """Learn where pytest's rootdir is."""
        self.rootdir = str(getattr(config, "rootpath", None) or getattr(config, "rootdir", ""))

    def named(self, path):
        """Return how coach names a file: relative to its root, else as it is."""
        path = os.path.normpath(os.path.join(self.rootdir, path))
        for root in self.roots:
            if path.startswith(root):
                return path[len(root) :].replace(os.sep, "/")
        return "." if path + os.sep in self.roots else path

    def of_item(self, item):
        """Return the id of an item or another node of pytest's tree."""
        try:
            file = _file_of(item)
            path = _path_of(item if file is None else file)
            if not path:
                return self.of(item.nodeid)
            prefix = _split(item.nodeid)[0] if file is None else file.nodeid
            rest = item.nodeid[len(prefix) :] if item.nodeid.startswith(prefix) else ""
            return self._learnt(prefix, self.named(path)) + rest
        except Exception:
            return str(getattr(item, "nodeid", ""))

    def file_of_item(self, item):
        """Return the file in the id of an item or another node."""
        return _split(self.of_item(item))[0]

    def file_in(self, name):
        """Return the file in an id that coach made."""
        return _split(name)[0]

    def _learnt(self, prefix, name):
        known = self.files.get(prefix)
        if known is None and len(self.files) < MOST_FILES:
            self.files[prefix] = name
        elif known != name:
            self.shared.add(prefix)  # two files, one prefix: only the item can tell
        return name

    def of(self, nodeid):
        """Return the id that a node id stands for."""
        item = self.item
        if item is not None and item.nodeid == nodeid:
            return self.of_item(item)
        prefix, colons, rest = _split(nodeid)
        name = self.files.get(prefix)
        if name is None:
            name = self.named(prefix) if self.roots and self.rootdir else prefix
        return name + colons + rest

    def begins(self, item):
        """Hear which item is under way, so that its node id is understood whatever pytest made of it."""
        self.item = item


def _split(nodeid):
    """Part an id behind its file: the file, the separator, what follows."""
    return nodeid.partition("::")


def _file_of(node):
    """Return the file that collected a node; None when it is one above files."""
    while node is not None:
        if getattr(node, "parent", None) is None:
            return None
        if _is_file(node):
            return node
        node = node.parent
    return None


def _is_file(node):
    for kind in type(node).__mro__:
        if kind.__name__ in ("File", "Module") and kind.__module__.startswith("_pytest."):
            return True
    return False


def _path_of(node):
    """Return where a node's file is; ``path`` since pytest 7, ``fspath`` before. Links are not followed."""
    path = getattr(node, "path", None) or getattr(node, "fspath", None)
    return str(path) if path else ""


ids = Ids()
