"""Put a session together: log, engine and dispatcher for a live one, a replay for a past one.

The only module that knows every room. Opening reads; it runs nothing of the project.
"""

import contextlib
import platform
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

from coach import __version__
from coach.core.localize.measurement import Limits
from coach.core.log import events as ev
from coach.core.protocol.observations import FilesSaved, RunEnded
from coach.core.redact.observation_redactor import ObservationRedactor
from coach.core.runs.report import Ending, RunReport
from coach.core.runs.target import Target
from coach.core.session.fold import replay
from coach.core.session.state import SessionState
from coach.engine.confine.landlock import available
from coach.engine.engine import LocalEngine
from coach.engine.process.orphans import clear_meanwhile, end_left_behind
from coach.engine.restore.carry_out import found_restore
from coach.engine.search.queue import SearchBench
from coach.engine.source.project_root import Located, at, located_here, project_here
from coach.engine.trees.since_past_pass import PastPasses
from coach.engine.trees.tree_store import TreeStore, open_trees
from coach.engine.watch.watcher import Watcher
from coach.errors import CoachError, SessionError, SessionHeld
from coach.regular_files import is_folder, is_there, kept_path, real_path
from coach.session.diagnostics import keep_diagnostics
from coach.session.dispatcher import Dispatcher
from coach.session.project_context import clusters_of, context_of, interpreter_of, secrets_of
from coach.session.replay import Replay
from coach.session.shared.client import RemotePort, join
from coach.session.shared.server import Service
from coach.settings.confinement_choice import confine_for
from coach.settings.interpreter_approval import refuse_changed
from coach.settings.project import Settings, load_settings, team_rules
from coach.settings.workflow_files import load_workflow, workflow_paths
from coach.store import artefacts, library
from coach.store.log import no_collection, read_log
from coach.store.past_passes import past_passes
from coach.store.paths import narrow_state, new_session_id, project_home, session_folder, state_home
from coach.store.recording import Recording, Unkept

IN_ARENA: Mapping[str, Any] = {"confine": "all", "warm": False}
"""Settings of a session that plays a drill: code with a bug that coach planted runs confined only."""
PLAYED_LIMITS = Limits(auto=False, runs=0)
"""What coach measures by itself while a person plays a drill: nothing, since each measurement that is asked for costs points."""
JOIN_SECONDS = 1.5
"""How long a session may be held by somebody who does not listen, before we say so."""
JOIN_PAUSE = 0.05
MAX_PASSES = 3
"""Past passes of a test that are known: the tree of the newest may be gone."""


def open_new(
    place: Located | Path, target: Target, settings: Settings, *, is_kept: bool = True
) -> Dispatcher:
    """Begin a session; its first event is written, nothing is run yet. One that is not kept is in memory alone."""
    narrow_state()
    place = place if isinstance(place, Located) else at(place)
    root, home = place.root, place.home
    interpreter = interpreter_of(place, settings, target)
    workflow = load_workflow(settings.workflow, workflow_paths(home, settings.workflows))
    trees, no_trees = open_trees(root, project_home(root))
    session_id = new_session_id()
    opened = ev.SessionOpened(
        session=session_id,
        coach=__version__,
        target=target,
        workflow=workflow,
        interpreter=interpreter,
        checkout=_checkout(place, trees),
        platform=platform.platform(terse=True),
    )
    folder = partial(session_folder, session_id)
    log = Recording.begun(folder) if is_kept else Unkept(folder)
    keep_diagnostics()
    service = Service(session_folder(session_id)) if is_kept else None
    redactor = ObservationRedactor(secrets_of(place))
    engine = _engine(session_id, place, interpreter, settings, (trees, no_trees), log, redactor)
    dispatcher = Dispatcher(log, engine, service=service, redactor=redactor.seen)
    dispatcher.record(opened)
    if settings.loops_off:
        dispatcher.record(ev.LoopsSwitched(off=settings.loops_off))
    _tell_settings(dispatcher, home, settings)
    _end_left_behind(dispatcher)
    _tell_restore(dispatcher, None, trees)
    return dispatcher


def open_existing(session: str, *, only_writes: bool = False) -> Dispatcher:
    """Take up a session for writing. Raises SessionHeld when another coach works on it.

    ``only_writes``: nothing will be run, so no other python is asked for when the session's own is gone.
    """
    listed = refuse_imported(library.find(session))
    if not is_folder(kept_path(listed.project)):
        raise SessionError(
            f"the project of session {listed.id} is gone", why=listed.project, do=f"coach review {listed.id}"
        )
    narrow_state()
    log, loaded = Recording.taken_up(partial(session_folder, listed.id))
    state = replay(loaded.records)
    assert state.opened is not None
    place = place_of(state.opened)
    root, home = place.root, place.home
    settings = load_settings(home, IN_ARENA if state.drill else None)
    interpreter = state.opened.interpreter
    if not only_writes:
        refuse_changed(home, settings, interpreter.path)
    if not only_writes and not is_there(interpreter.path):
        interpreter = interpreter_of(place, settings, state.target)
    trees, no_trees = open_trees(root, project_home(root))
    keep_diagnostics()
    redactor = ObservationRedactor(secrets_of(place))
    engine = _engine(listed.id, place, interpreter, settings, (trees, no_trees), log, redactor)
    service = Service(session_folder(listed.id))
    with no_collection():
        dispatcher = Dispatcher(log, engine, loaded.records, service=service, redactor=redactor.seen)
    if set(settings.loops_off) != set(state.loops_off):
        dispatcher.record(ev.LoopsSwitched(off=settings.loops_off))
    _tell_settings(dispatcher, home, settings)
    _end_left_behind(dispatcher)
    _end_cut(dispatcher, state, trees)
    if (
        state.watching
    ):  # the coach that heard saves is gone; who opens this says whether it wants to hear them
        dispatcher.record(ev.WatchingChanged(watching=False))
    _tell_edits(dispatcher, state, trees)
    return dispatcher


def refuse_imported(listed: library.Listed) -> library.Listed:
    """Return a session that can be gone on with. Raises SessionError for one that came from elsewhere."""
    if listed.imported:
        why = f"it was imported from {listed.imported}"
        do = f"read it with `coach review {listed.id}`"
        raise SessionError(f"session {listed.id} cannot be continued", why=why, do=do)
    return listed


def open_shared(session: str, *, only_writes: bool = False) -> Dispatcher | RemotePort:
    """Take up a session, or join the coach that holds it. Raises SessionHeld when that one cannot be reached."""
    folder = session_folder(library.find(session).id)
    deadline = time.monotonic() + JOIN_SECONDS
    while True:
        try:
            return open_existing(session, only_writes=only_writes)
        except SessionHeld:
            joined = join(folder, artefacts.read)
            if joined:
                return joined
            if time.monotonic() > deadline:
                raise
            time.sleep(JOIN_PAUSE)  # it is just being opened, or just being given up


def open_review(session: str, why: str = "") -> Replay:
    """Open a session to look at; reads only."""
    listed = library.find(session)
    with no_collection():
        loaded = read_log(session_folder(listed.id), late=True)
        return Replay(loaded.records, artefacts.read, why or _only_read(listed))


def _only_read(listed: library.Listed) -> str:
    """Say why a review changes nothing; an imported session stays one wherever it is shown."""
    return (
        f"imported from {listed.imported}"
        if listed.imported
        else f"reviewing {listed.id}: nothing is changed"
    )


def place_of(opened: ev.SessionOpened) -> Located:
    """Return where the project of a session is."""
    return at(str(kept_path(opened.checkout.root)), opened.checkout.project)


def newest_open_here() -> library.Listed | None:
    """Return the open session to go on with: of the project we stand in or of one around it, else of one below us."""
    place = located_here()
    return library.newest_open(project_here(), place.root)


def sibling_sessions() -> list[library.Listed]:
    """Return the open sessions of other projects in the repository we stand in."""
    root = located_here().root.resolve()
    found = library.search(library.Query(is_open=True))[0]
    return [
        each
        for each in found
        if not each.read_only and real_path(kept_path(each.project)).is_relative_to(root)
    ]


def _engine(  # noqa: PLR0913, PLR0917 - what an engine needs of everything around it
    session: str,
    place: Located,
    interpreter: ev.Interpreter,
    settings: Settings,
    recorded: tuple[TreeStore | None, str],
    log: Recording,
    redactor: ObservationRedactor,
) -> LocalEngine:
    (trees, no_trees), root, warm = recorded, place.root, settings.warm
    context = context_of(place, interpreter, settings, redactor)
    clusters = clusters_of(trees, context, place, settings) if trees else None
    return LocalEngine(
        root=root,
        project=place.folder,
        interpreter=interpreter,
        limits=context.limits,
        keep=log.keep,
        redactor=redactor.text,
        command=settings.command,
        recall=log.output,
        trees=trees,
        watcher=Watcher(root, home=state_home()),
        warm=warm,
        home=state_home(),
        confine=context.confine,
        searches=SearchBench(trees, context, clusters=clusters) if trees else None,
        clusters=clusters,
        no_trees=no_trees,
        past_passes=_past_passes(place, session),
    )


def _past_passes(place: Located, session: str) -> PastPasses:
    """Return where passes in other sessions of the project are looked up: once a test, since each red run may ask."""
    project = ev.Checkout(root=str(place.root), project=place.folder).start
    return cache(lambda test: tuple(islice(past_passes(test, project, session), MAX_PASSES)))


def _checkout(place: Located, trees: TreeStore | None) -> ev.Checkout:
    where = ev.Checkout(root=str(place.root), project=place.folder)
    if trees is None:
        return where
    commit, branch, dirty = trees.head()
    tree = ""
    with suppress(CoachError):  # a debugging session is worth having without it; the run says why
        tree = trees.record()
    known = {"commit": commit, "branch": branch, "dirty_files": dirty, "tree": tree}
    return where.model_copy(update=known)


def _end_cut(dispatcher: Dispatcher, state: SessionState, trees: TreeStore | None) -> None:
    """Observe the end of runs and restores that were under way when coach was killed: nobody else will ever tell of it."""
    _tell_restore(dispatcher, state, trees)
    ending = Ending(kind="interrupted", sentence="coach was killed during the run")
    for run in state.under_way:
        dispatcher.observe(RunEnded(number=run.number, report=RunReport(ending=ending)))


def _end_left_behind(dispatcher: Dispatcher) -> None:
    """A coach that was killed could not end its runs, which would go on in the checkout, nor remove its copies."""
    ended = end_left_behind()
    if ended:
        dispatcher.record(ev.LeftBehindEnded(processes=tuple(map(str, ended))))
    clear_meanwhile(state_home())


def _tell_rules(dispatcher: Dispatcher, root: Path, settings: Settings) -> None:
    """Record the team's rules when they are not what the session knows."""
    rules = team_rules(root, settings)
    if rules != dispatcher.state.rules:
        dispatcher.record(ev.TeamRulesRead(rules=rules))


def _tell_settings(dispatcher: Dispatcher, home: Path, settings: Settings) -> None:
    """Record the team's rules, and what may be measured without being asked for, where the session does not know it."""
    _tell_rules(dispatcher, home, settings)
    is_confined = confine_for(home, settings) != "off" and available().is_there
    drill = dispatcher.state.drill
    limits = PLAYED_LIMITS if drill and drill.is_of_person else settings.investigate
    limited = ev.InvestigationLimited(limits=limits, confined=is_confined)
    if limited != dispatcher.state.limits:
        dispatcher.record(limited)


def _tell_restore(dispatcher: Dispatcher, state: SessionState | None, trees: TreeStore | None) -> None:
    """Observe what became of a restore that a killed coach had begun."""
    with contextlib.suppress(CoachError, OSError):
        found = found_restore(state, trees) if trees else None
        if found:
            dispatcher.observe(found)


def _tell_edits(dispatcher: Dispatcher, state: SessionState, trees: TreeStore | None) -> None:
    """Observe what was edited while nobody was watching: it is an edit too."""
    here = (run.report.tree for run in reversed(state.runs) if run.report and not run.request.in_copy)
    last = next((tree for tree in here if tree), "")
    known = last or (state.opened.checkout.tree if state.opened else "")
    if trees is None or not known:
        return
    try:
        changed = trees.changed_between(known, trees.record())
    except CoachError:
        return  # the tree of then went with its repository, or none can be recorded now: the next run says so
    seen = {path for edit in state.edits if edit.after_run >= state.last_number for path in edit.paths}
    if changed and not set(changed) <= seen:
        dispatcher.observe(FilesSaved(paths=changed))
