"""The tree that a commit would be on this disk: with the line ends, keywords and encodings of a checkout.

Recorded trees hold the bytes of the disk, commits what git made of them. Whoever compares the two, or lays a commit out, asks
here. Where a recorded file is, for git, the same as the commit's, its bytes are taken: so an unedited checkout shows no change,
and an edit of one line shows one line.
"""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from coach.engine.process import scratch
from coach.engine.trees.conversion import ATTRIBUTES, Conversion, conversion, like
from coach.engine.trees.git import Git, names
from coach.engine.trees.object_store import ObjectFolder, blob_id
from coach.engine.trees.tree_diff import FILES, GONE, LINK, PLAIN, RAW, Difference, differences
from coach.engine.trees.tree_files import Entry, TreeFiles
from coach.engine.trees.user_repository import CheckoutSettings, Repository, checkout_settings
from coach.regular_files import read_bytes

_BATCH = 50_000_000
"""Bytes of content that are looked at together."""
_MAX_RULES = 1_000_000
_LFS = b"version https://git-lfs.github.com/spec/v1\n"

Contents = Callable[[Sequence[str]], Mapping[str, bytes]]


class CheckedOut:
    """Turns trees of commits into trees of the disk."""

    def __init__(
        self, user: Repository, files: TreeFiles, objects: ObjectFolder, place: Path, contents: Contents
    ) -> None:
        self._user, self._files, self._reader, self._objects = user, files, files.git, objects
        self._scratch, self._contents = place, contents
        self._known: dict[tuple[str, str], str] = {}

    def tree(self, tree: str) -> str:
        """Return what a checkout of this tree would hold."""
        return self._once(tree, "", self._checked_out)

    def beside(self, tree: str, recorded: str) -> str:
        """Return the same, with the bytes of ``recorded`` for what is, to git, the same file."""
        return self._once(tree, recorded, self._beside)

    def converted(self, tree: str, paths: Sequence[str]) -> list[str]:
        """Return those of the paths to which attributes of this tree apply, and so may have other bytes on the disk."""
        return [path for path, way in self._ways(tree, paths).items() if way.is_any]

    def _once(self, tree: str, recorded: str, work: Callable[[str, str], str]) -> str:
        key = (tree, recorded)
        if key not in self._known:
            self._known[key] = work(tree, recorded)
        return self._known[key]

    def _checked_out(self, tree: str, _recorded: str) -> str:
        settings = checkout_settings(self._user)
        listed = self._files.of(tree)
        if not (settings.is_any or self._above()) and not any(
            path.rpartition("/")[2] == ".gitattributes" for path in listed
        ):
            return tree
        files = {path: entry for path, entry in listed.items() if entry[0] not in {LINK, "160000"}}
        host = {path: way for path, way in self._ways(tree, files, settings).items() if way.is_any}
        new: dict[str, Entry] = {}
        for batch in self._batches([(path, (files[path][1],)) for path in host]):
            contents = self._contents([files[path][1] for path in batch])
            for path in batch:
                mode, blob = files[path]
                if blob in contents:
                    new[path] = Entry(
                        mode, self._kept(contents[blob], host[path].to_disk(contents[blob], blob))
                    )
        return self._composed(tree, {path: entry for path, entry in new.items() if entry != listed[path]})

    def _beside(self, tree: str, recorded: str) -> str:
        if tree == recorded:
            return tree
        settings = checkout_settings(self._user)
        found = {
            each.path: each for each in differences(self._reader.run("diff-tree", "-r", *RAW, tree, recorded))
        }
        host = self._ways(recorded, found, settings)
        asked = [each for each in found.values() if host[each.path].needs_bytes and _is_file(each)]
        new: dict[str, Entry] = {
            path: Entry(mode, each.old_blob)
            for path, each in found.items()
            if (mode := _mode(each, settings)) != each.old_mode
        }
        for batch in self._batches([(each.path, (each.old_blob, each.new_blob)) for each in asked]):
            contents = self._contents(
                [blob for path in batch for blob in (found[path].old_blob, found[path].new_blob)]
            )
            for path in batch:
                blob = self._blob_beside(found[path], host[path], contents)
                new[path] = Entry(_mode(found[path], settings), blob)
        return self._composed(tree, new)

    def _blob_beside(self, change: Difference, way: Conversion, contents: Mapping[str, bytes]) -> str:
        """Return the content of the commit's file as it would be on the disk where the recorded one is."""
        old, now = contents.get(change.old_blob), contents.get(change.new_blob)
        if old is None or (change.new_mode != GONE and now is None):
            return change.old_blob
        if now is None:
            return self._kept(old, way.to_disk(old, change.old_blob))
        if way.filtered and _is_pointer_to(old, now):
            return change.new_blob
        if blob_id(way.to_commit(now), self._objects.format) == change.old_blob:
            return change.new_blob
        there = way.to_disk(old, change.old_blob)
        return self._kept(old, like(there, now) if way.kind != "binary" and not way.encoding else there)

    def _kept(self, old: bytes, new: bytes) -> str:
        return blob_id(old, self._objects.format) if old == new else self._objects.keep(new)

    def _ways(
        self, tree: str, paths: Iterable[str], settings: CheckoutSettings | None = None
    ) -> dict[str, Conversion]:
        """Return what is done to each path, by the attributes of a tree and those of the person."""
        settings = settings or checkout_settings(self._user)
        asked = list(paths)
        if not asked:
            return {}
        with scratch.scratch_folder(self._scratch) as folder:
            index = {"GIT_INDEX_FILE": str(folder / "index")}
            self._attributes_only(tree, index)
            store = {
                "GIT_OBJECT_DIRECTORY": str(self._objects.folder),
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": self._user.lent_objects,
                "GIT_ATTR_NOSYSTEM": "0",
            }
            # Asked in the person's own repository, whose info/attributes count; no program is started by that.
            git = Git(self._user.top, index | store)
            prefixed = b"".join(os.fsencode(self._user.prefix + path) + b"\0" for path in asked)
            words = (
                "-c",
                f"core.attributesFile={settings.attributes}",
                "check-attr",
                "--cached",
                "-z",
                "--stdin",
            )
            fields = names(git.run(*words, *ATTRIBUTES, stdin=prefixed))
        return _read_ways(fields, asked, self._user.prefix, settings)

    def _attributes_only(self, tree: str, index: Mapping[str, str]) -> None:
        """Make an index that holds nothing but the attribute files of a tree, where they lie in the repository."""
        listed = {f"{self._user.prefix}{path}": entry for path, entry in self._files.of(tree).items()}
        lines = [
            f"{mode} {blob}\t".encode() + os.fsencode(path) + b"\0"
            for path, (mode, blob) in (self._above() | listed).items()
            if path.rpartition("/")[2] == ".gitattributes"
        ]
        git = Git(self._scratch, {**self._reader.variables, **index})
        git.run("update-index", "-z", "--index-info", stdin=b"".join(lines))

    def _above(self) -> dict[str, Entry]:
        """Return the attribute files of the folders above a project that is a part of its repository, as they are now."""
        found = {}
        folders = self._user.prefix.split("/")[:-1]
        for depth in range(len(folders)):
            path = "/".join((*folders[:depth], ".gitattributes"))
            with contextlib.suppress(OSError):
                rules = read_bytes(self._user.top / path, _MAX_RULES)
                found[path] = Entry(PLAIN, self._objects.keep(rules))
        return found

    def _batches(self, asked: Sequence[tuple[str, tuple[str, ...]]]) -> Iterator[list[str]]:
        """Divide paths so that the contents of each part, which are named beside them, fit into memory."""
        if not asked:
            return
        blobs = "\n".join({blob for _, its in asked for blob in its if blob.strip("0")}).encode()
        answer = self._reader.run("cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=blobs)
        sizes = {name: int(size) for name, size in _sizes(answer)}
        batch: list[str] = []
        room = _BATCH
        for path, its in asked:
            if batch and room < 0:
                yield batch
                batch, room = [], _BATCH
            batch.append(path)
            room -= sum(sizes.get(blob, 0) for blob in its)
        if batch:
            yield batch

    def _composed(self, tree: str, files: Mapping[str, Entry]) -> str:
        if not files:
            return tree
        with scratch.scratch_folder(self._scratch) as folder:
            variables = {**self._reader.variables, "GIT_INDEX_FILE": str(folder / "index")}
            reading = Git(folder, variables)
            lines = [
                f"{mode} {blob}\t".encode() + os.fsencode(path) + b"\0"
                for path, (mode, blob) in files.items()
            ]
            reading.run("read-tree", tree)
            reading.run("update-index", "-z", "--index-info", stdin=b"".join(lines))
            variables.pop("GIT_ALTERNATE_OBJECT_DIRECTORIES", None)  # times of the user's objects stay
            return Git(folder, variables).run("write-tree", "--missing-ok").decode().strip()


def _read_ways(
    fields: Sequence[str], asked: Sequence[str], prefix: str, settings: CheckoutSettings
) -> dict[str, Conversion]:
    said: dict[str, dict[str, str]] = {path: {} for path in asked}
    for path, name, value in zip(fields[0::3], fields[1::3], fields[2::3], strict=False):
        said[path.removeprefix(prefix)][name] = value
    return {path: conversion(attributes, settings.ends) for path, attributes in said.items()}


def _sizes(answer: bytes) -> Iterator[tuple[str, str]]:
    for line in answer.decode().splitlines():
        name, _, size = line.partition(" ")
        if size.isdecimal():
            yield name, size


def _is_file(change: Difference) -> bool:
    """Whether the commit has a file there, and the disk one too or nothing."""
    return change.old_mode in FILES - {LINK} and change.new_mode in {*FILES, GONE} - {LINK}


def _mode(change: Difference, settings: CheckoutSettings) -> str:
    """Return the mode of the commit's file on this disk, which may know neither links nor the right to be run."""
    if GONE in {change.new_mode, change.old_mode} or not change.is_restorable:
        return change.old_mode
    if change.old_mode == LINK:
        return change.old_mode if settings.links else PLAIN
    return change.old_mode if settings.modes or change.new_mode == LINK else change.new_mode


def _is_pointer_to(pointer: bytes, content: bytes) -> bool:
    """Whether this is what LFS commits for a file of that content."""
    digest = hashlib.sha256(content).hexdigest().encode()
    return pointer.startswith(_LFS) and b"\noid sha256:" + digest + b"\n" in pointer
