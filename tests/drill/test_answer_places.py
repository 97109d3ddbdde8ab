"""Where the answer lies, for a real session in a real arena."""

import sys

from coach.assistants.runner import Assistant
from coach.core.drill.guidance import Guidance
from coach.drills.arena_session import arena_for, environment_as, environment_in, open_session
from coach.drills.ground import open_ground
from coach.drills.kept import keep_set, set_folder
from coach.drills.watching import answer_places
from coach.store import paths
from coach.store.paths import project_home, session_folder
from tests.drill.planted import plant


def test_what_tells_the_answer_of_a_session_and_what_does_not(tmp_path, state_home):
    planted = plant(tmp_path / "checkout" / "shop")
    keep_set(planted.made)
    ground, root = open_ground(planted.made), planted.root
    program = root / "agent.py"
    program.write_text("")
    with (
        arena_for(ground, planted.drill, is_kept=False) as arena,
        environment_as(environment_in(arena, ground)),
    ):
        scripted = Assistant("scripted", ("true",), root, root / "pyproject.toml")
        made = open_session(ground, planted.drill, Guidance(), arena, scripted)
        own = session_folder(made.session.state.opened.session)
        made.session.start()
        made.session.close()
        where = answer_places(made, (sys.executable, str(program), str(root), "--out", "x"))
        told = {
            set_folder("week") / "set.json": "week/set.json of the sets of drills",
            root / "shop/rates.py": "shop/rates.py of the checkout",
            root / ".git/HEAD": "HEAD of the git of the checkout",
            project_home(root)
            / "trees.git/HEAD": f"{project_home(root).name}/trees.git/HEAD of what coach keeps of projects",
            state() / "arenas/other/shop/rates.py": "other/shop/rates.py of another arena",
            state() / "sessions/abcdefgh/log.jsonl": "abcdefgh/log.jsonl of the sessions of coach",
            state() / "library.sqlite3": "the index of sessions",
        }
        assert {path: where.told_by(str(path.resolve())) for path in told} == told
        free = (
            program,
            arena.root / "shop/rates.py",
            arena.root.parent / "env/bin/python",
            own / "log.jsonl",
            project_home(arena.root) / "trees.git/HEAD",
            state() / "scratch/1/prompt.md",
        )
        assert [str(each) for each in free if where.told_by(str(each.resolve()))] == []


def state():
    return paths.state_home()
