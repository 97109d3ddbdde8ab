"""What an interpreter has installed is asked of it once, and again when something was installed since."""

import os
import sys

from coach.engine.cluster.worker_facts_here import facts_of


def test_an_interpreter_is_asked_again_only_when_something_was_installed(tmp_path):
    site, asked, python = tmp_path / "site", tmp_path / "asked", tmp_path / "python"
    site.mkdir()
    asked.mkdir()
    python.write_text(
        f'#!/bin/sh\nmktemp {asked}/XXXXXXXX\nPYTHONPATH={site} exec {sys.executable} -S "$@"\n'
    )
    python.chmod(0o700)
    for each in (site, python):
        os.utime(each, (1, 1))
    seen = [facts_of(str(python), tmp_path).packages for _ in range(2)]
    assert seen == [{}, {}]
    assert len(list(asked.iterdir())) == 1

    (site / "wares-1.0.dist-info").mkdir()
    (site / "wares-1.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: wares\nVersion: 1.0\n")
    seen = [facts_of(str(python), tmp_path).packages for _ in range(2)]
    assert seen == [{"wares": "1.0"}] * 2
    assert len(list(asked.iterdir())) == 3, "more may be installed within the time that one stamp stands for"
