"""Isolate: suspects with their reasons and ties, what was measured, what small mutations showed."""

from coach.core.base.formatting import bar, count, seconds
from coach.core.localize.mutation.results import Flip, Mutations, best_first, not_tried
from coach.core.localize.suspect import Suspect
from coach.core.localize.who_ran import fail_together, how_it_went, lost_sight
from coach.core.runs.instrument import Mutate, MutateFix, Trace
from coach.core.runs.run import Run
from coach.core.session.state import SessionState
from coach.core.session.suspect_list import SuspectDescription, describe_suspects
from coach.tui.views import places
from coach.tui.views.failure_lines import differing, with_values
from coach.tui.views.key_name import key_of
from coach.tui.views.line import BLANK, Line, Part, Role, heading, line, piece
from coach.tui.views.line import elastic as stretch
from coach.tui.views.selecting import selected_suspect
from coach.tui.views.step_lines import StepLines
from coach.tui.views.view_state import VAST_FROM, ViewState

MAX_FLIPS = 6
MAX_SHOWN = 9
MAX_IDLE = 3
_BESIDE_NAME = 8
"""Columns of the row of a suspect that are not its name: mark, bar, gaps."""
_ENDED = {
    "all": "",
    "budget": "the time ended first",
    "stopped": "stopped",
    "impossible": "not possible",
}


def isolate(state: SessionState, view: ViewState) -> StepLines:
    found = places.shown(
        places.suspected(state, view) or places.failed(state),
        places.failing_test(state),
        view.code_rows,
        both=view.width >= VAST_FROM,
    )
    evidence = [*_why_in_short(state, view), *suspects(state, view), *_mutations(state)]
    told = differing(state, view)
    code, values = with_values(found or (places.no_code(state),), state, view)
    return StepLines((), code, (*evidence, *([BLANK] if told else []), *told, *values))


def suspects(state: SessionState, view: ViewState) -> list[Line]:
    """Return the suspects, a line each, below what their order rests on."""
    looks = [*_measuring_run(state), *_changed_around(state)]
    if not state.suspects:
        empty = line(
            "No suspects yet. ", key_of("run"), (" runs the target; a failing run names them.", "dim")
        )
        return [*looks, empty]
    standing = state.standing_suspects
    chosen = selected_suspect(state, view)
    lines = [heading("Suspects", (_counted(state), "dim"))]
    shown_keys = {each.key for each in _shown(standing, chosen)}
    described = describe_suspects(state)
    top = max((each.likeliness for each in standing), default=0.0)
    chosen_key = chosen.key if chosen else ""
    listed = [each for each in described if each.suspect.key in shown_keys]
    names = _names([each.suspect for each in listed], view)
    lines += [
        _suspect(each, name, top, is_chosen=each.suspect.key == chosen_key)
        for each, name in zip(listed, names, strict=True)
    ]
    if len(shown_keys) < len(standing):
        lines.append(line((f"  … {len(standing) - len(shown_keys)} less suspicious", "dim")))
    lines += [_ruled_out(each) for each in described if each.is_ruled_out]
    why = [part for each in described if each.suspect.key == chosen_key for part in _why(each)]
    is_said = bool(why) and len(_in_one_row(state, view)) in range(1, view.evidence_columns + 1)
    return [*lines, *looks, *_measured(state), *([] if is_said else why)]


def _counted(state: SessionState) -> str:
    out = len(state.ruled_out)
    return (
        f"{count(len(state.suspects), 'place')}{f', {out} ruled out' if out else ''} · #{state.suspects_run}"
    )


def _mutations(state: SessionState) -> list[Line]:
    if state.early_flips:
        under_way = heading("Small mutations", ("under way, so far", "dim"))
        return [BLANK, under_way, *(_flip(each) for each in best_first(state.early_flips)[:MAX_FLIPS])]
    return [BLANK, *_mutants(state.mutants)] if state.mutants else []


def _shown(standing: tuple[Suspect, ...], chosen: Suspect | None) -> list[Suspect]:
    """Return the first ones, the chosen one, and a few that the failing test never runs: the code stays in view."""
    ran = [each for each in standing if each.ran]
    idle = [each for each in standing if not each.ran]
    wanted = {each.key for each in (*ran[:MAX_SHOWN], *idle[:MAX_IDLE])} | ({chosen.key} if chosen else set())
    return [each for each in standing if each.key in wanted]


def _measuring_run(state: SessionState) -> list[Line]:
    """Name the run under way that only looks."""
    run = next((each for each in reversed(state.awaited_runs) if each.request.only_looks), None)
    if run is None:
        return []
    return [
        line(
            ("◌ ", "accent"),
            _looks(run),
            " ",
            key_of("cancel"),
            (" stops it", "dim"),
            figure=(f"#{run.number}", "dim"),
            hang=2,
        )
    ]


def _looks(run: Run) -> str:
    instrument = run.request.instrument
    if isinstance(instrument, Mutate | MutateFix):
        return f"trying small mutations in a copy, {instrument.seconds:.0f} s at most"
    is_wide = isinstance(instrument, Trace) and instrument.scope == "suite"
    against = "the whole suite" if is_wide else "its own file"
    return f"recording which lines the failing test runs, compared with {against}"


def _measured(state: SessionState) -> list[Line]:
    """Say what the ranking rests on, and which key gives it more."""
    seen = state.spectrum
    if seen is None:
        text = "from the traceback and the edits"
        if not state.target.can("trace"):
            return [line((text, "dim"))]
        more = (key_of("spectrum"), piece(" measures which lines run", "dim"))
        return [line((f"{text}; ", "dim"), *more)]
    against = "the whole suite" if seen.scope == "suite" else "its own file"
    said = f"{count(seen.lines_seen, 'line')} run, against {count(seen.passing, 'passing test')} of {against}"
    lines = [line((said, "dim"), figure=(f"#{seen.run}" if seen.run else "", "dim"), hang=2)]
    left_out = (
        f"not compared with all: {'; '.join(seen.neighbours_left_out[:3])}"
        if seen.neighbours_left_out
        else ""
    )
    doubts = filter(None, (how_it_went(seen), lost_sight(seen), left_out))
    if together := fail_together(seen):
        lines.append(line("  ", together, hang=2))
    lines += [line(("◐ ", "warn"), each, hang=2) for each in doubts]
    failed = state.last_failure
    if seen.tree and failed and failed.report and not _is_of(state, failed.report.tree, seen.tree):
        lines.append(
            line(
                ("◐ ", "warn"),
                "measured before the newest edits; ",
                key_of("spectrum"),
                (" measures again", "dim"),
                hang=2,
            )
        )
    return lines


def _is_of(state: SessionState, tree: str, measured: str) -> bool:
    return not tree or state.same_tree(tree) == state.same_tree(measured)


def _changed_around(state: SessionState) -> list[Line]:
    said = state.changed_around
    return [line(("◐ ", "warn"), said, hang=2)] if said else []


def _names(shown: list[Suspect], view: ViewState) -> list[tuple[str, str]]:
    """Return place and function of each as its row has room for: files without their folders when one of them needs it."""
    room = view.evidence_columns - _BESIDE_NAME - max((len(_figure(each)) for each in shown), default=0)
    whole = [(each.place, each.function) for each in shown]
    if all(len(place) + 1 + len(function) <= room for place, function in whole):
        return whole
    short = [(f"{_file_name(each.path)}:{each.line}", each.function) for each in shown]
    return [
        (place, function if len(place) + 1 + len(function) <= room else function.rpartition(".")[2])
        for place, function in short
    ]


def _file_name(path: str) -> str:
    """Return the name of a file; of a package the folder as well, which is its name."""
    folder, _, name = path.rpartition("/")
    return f"{folder.rpartition('/')[2]}/{name}" if folder and name.startswith("__") else name


def _figure(suspect: Suspect) -> str:
    return suspect.likelihood if suspect.ran else "never reached"


def _suspect(described: SuspectDescription, named: tuple[str, str], top: float, *, is_chosen: bool) -> Line:
    suspect = described.suspect
    share = suspect.probability or (suspect.likeliness / top if top > 0 else 0.0)
    key = f"suspect:{suspect.key}"
    mark = piece("▸" if is_chosen else " ", "accent")
    roles: tuple[Role, Role] = ("plain", "strong") if suspect.leads else ("dim", "dim")
    name = (stretch(named[0], roles[0]), piece(" "), stretch(named[1], roles[1]))
    weight = piece(bar(share, 4), "accent") if suspect.ran else piece(" ○  ", "dim")
    return line(mark, weight, " ", *name, figure=(_figure(suspect), "dim"), fit="cut", key=key)


def _why_in_short(state: SessionState, view: ViewState) -> list[Line]:
    """Say above the list why the chosen suspect stands where it does: on a narrow screen the list hides the rest."""
    said = _in_one_row(state, view)
    return [line((said, "dim"), most=1)] if said else []


def _in_one_row(state: SessionState, view: ViewState) -> str:
    """Return the reasons of the chosen suspect for one row of a narrow screen; empty on a wide one, which has room for a list."""
    chosen = selected_suspect(state, view)
    if chosen is None or not view.is_narrow:
        return ""
    return " · ".join(
        part for each in describe_suspects(state) if each.suspect.key == chosen.key for part in _said(each)
    )


def _why(described: SuspectDescription) -> list[Line]:
    """Say why the chosen suspect stands where it does: below the list, whose rows keep their places."""
    lines = [line(("· ", "dim"), (each, "dim"), hang=2) for each in _said(described)]
    return [BLANK, heading(f"Why {described.place}"), *lines] if lines else []


def _said(described: SuspectDescription) -> list[str]:
    """Return why it stands where it does, or why it was ruled out."""
    if described.is_ruled_out:
        return [*described.why]
    tied = described.tied_with
    return [*_reasons(described.suspect), *([f"as likely as {count(tied, 'other')}"] if tied > 0 else [])]


def _reasons(suspect: Suspect) -> list[str]:
    """Return the reasons; the mutation that counts is described in full further down."""
    return [
        "a small mutation here makes it pass" if each == suspect.flip else each for each in suspect.reasons
    ]


def _ruled_out(described: SuspectDescription) -> Line:
    key = f"suspect:{described.suspect.key}"
    name = stretch(described.named, "dim")
    return line(" ", ("✘    ", "dim"), name, (f"  {described.why[0]}", "dim"), fit="cut", key=key)


def _mutants(found: Mutations) -> list[Line]:
    tried = (
        f"{found.tried} of {found.planned} tried" if found.planned > found.tried else f"{found.tried} tried"
    )
    how = "a clean flip ended it" if found.is_settled else _ENDED[found.ended]
    ended = filter(None, [how, f"{found.hung} hung" if found.hung else "", seconds(found.seconds)])
    lines = [heading("Small mutations", (tried, "dim")), line("  ", (" · ".join(ended), "dim"), hang=2)]
    lines += [_flip(each) for each in found.flips[:MAX_FLIPS]]
    if stopped := not_tried(found.refused, found.refusals):
        lines.append(line("  ", (stopped, "dim"), hang=2))
    if not found.flips:
        why = f": {found.why}" if found.why else ""
        lines.append(line("  ", (f"none turns the failing test green{why}", "dim"), hang=2))
    return lines


def _flip(flip: Flip) -> Line:
    is_sure = flip.neighbours and flip.is_clean and not flip.silences
    mark = piece("  ✔ ", "good") if is_sure else piece("  ◐ ", "warn")
    kept = "".join(f", {each}" for each in flip.checks)
    kept += "" if flip.neighbours else ", neighbours not tried"
    check = ", but it takes a check away" if flip.silences else ""
    place = piece(f"{flip.path}:{flip.line}")
    words: tuple[Part, ...] = (
        "with ",
        (flip.after, "strong"),
        " instead of ",
        (flip.before, "strong"),
        " at ",
        place,
    )
    return line(mark, *words, f" it passes{kept}{check}", hang=4)
