"""Actions about loops, measurements and searches. Dialogs are imported when they are opened."""

import shlex
from collections.abc import Callable
from functools import partial

from coach.core.history.restore_goal import Goal, better_way, goal
from coach.core.protocol import commands as cmd
from coach.core.search.kinds import SearchKind
from coach.core.session.fold.session_events import ASSISTANT
from coach.core.workflow.advice import next_move
from coach.tui.actions.context import ActionContext, Handler, ask
from coach.tui.dialogs.question import Question
from coach.tui.views.line import elastic, line
from coach.tui.views.restore import confirm_lines, interrupted_lines, ways_lines


def restore(context: ActionContext, _key: str) -> None:
    """Ask first, always: files of the checkout change. Of one that was interrupted, ask which way."""
    from coach.tui.dialogs.text_dialog import Chooser

    wanted, cut = goal(context.state), context.state.restoring
    assert wanted is not None, "the registry disables this without a goal"
    better = better_way(context.state)
    if cut and cut.is_interrupted:
        title, ways = "A restore was interrupted", (Goal(tree=cut.tree), Goal(tree=cut.before))
        lines = interrupted_lines()
    elif better:
        title, ways = "Restore which files", (wanted, better)
        lines = ways_lines(context.state, ways)
    else:
        _confirm_restore(context, wanted)
        return

    def chosen(index: int | None) -> None:
        if index is not None:
            _confirm_restore(context, ways[index])

    context.app.push_screen(Chooser(title, "takes one", lines, len(lines)), chosen)


def _confirm_restore(context: ActionContext, wanted: Goal) -> None:
    from coach.tui.dialogs.text_dialog import ConfirmDialog

    def answered(agreed: bool | None) -> None:  # noqa: FBT001 - textual's signature
        if agreed:
            context.submit(cmd.RestoreTree(run=wanted.run, tree=wanted.tree))

    title = f"Restore #{wanted.run}" if wanted.run else "Undo the restore"
    verb = "restores" if wanted.run else "undoes"
    if context.state.restoring:
        title, verb = "Restore", "goes on"
    context.app.push_screen(ConfirmDialog(title, verb, confirm_lines(context.state, wanted)), answered)


def dismiss(context: ActionContext, _key: str) -> None:
    loop = context.state.standing_loop
    assert loop is not None, "the registry disables this without a loop"
    text = f"{loop.sentence} Why is this no loop? The reason is recorded; it is not mentioned again here."
    ask(
        context,
        Question("Dismiss", text),
        lambda reason: cmd.DismissLoop(pattern=loop.pattern, reason=reason),
    )


def look(context: ActionContext, _key: str) -> None:
    """Show the stop card of the standing loop."""
    from coach.tui.dialogs.text_dialog import LoopDialog
    from coach.tui.keys import advised
    from coach.tui.views.key_name import shown_key
    from coach.tui.views.loops import card_lines, pattern_name

    loop = context.state.standing_loop
    assert loop is not None, "the registry disables this without a loop"
    answers = {} if context.port.read_only else {shown_key(each): each for each in ("restore", "dismiss")}
    move = None if context.port.read_only else advised(context.state)
    if move:
        answers[move.shown_key] = move.id

    def answered(action: str | None) -> None:
        if action:
            context.press(action)

    context.app.push_screen(
        LoopDialog(pattern_name(loop.pattern), card_lines(context.state, loop), answers), answered
    )


def searches(context: ActionContext, _key: str) -> None:
    from coach.tui.dialogs.text_dialog import SearchChooser
    from coach.tui.views.search_menu import clusters_of, offers

    offered, used = offers(context.state), clusters_of(context.state)
    named = tuple(each for each in context.host.clusters(context.state) if each not in used)
    newest = context.state.searches[-1].request.on if context.state.searches else ""
    why_not = partial(context.host.why_no_cluster, context.state)
    chooser = SearchChooser(offered, next_move(context.state).of, (*used, *named), newest, why_not)

    def chosen(index: int | None) -> None:
        if index is None:
            return
        kind = offered[index].kind
        begin = cmd.BeginSearch(kind=kind.name)
        begin = begin.model_copy(update={"on": chooser.on, "width": 0}) if chooser.on else begin
        if "a file" in kind.needs:
            _ask_file(context, kind, begin)
        else:
            context.submit(begin)

    context.app.push_screen(chooser, chosen)


def _ask_file(context: ActionContext, kind: SearchKind, begin: cmd.BeginSearch) -> None:
    text = "Which file does the failing test read? Relative to the project; FILE:LINE for a text in it. A reduced copy is kept; the file stays."
    question = Question(kind.title.capitalize(), text, label="file")
    ask(context, question, lambda name: begin.model_copy(update={"input": name}))


def hand_over(context: ActionContext, _key: str) -> None:
    """Take the session back at once; handing it over asks to whom."""
    from coach.tui.views.key_name import shown_key

    if context.state.held_by:
        context.submit(cmd.HandBack())
        return
    text = f"Who edits from here on? Their attempts carry the name; {shown_key('hand-over')} takes the session back."
    ask(context, Question("Hand over", text, label="to", value=ASSISTANT), lambda name: cmd.HandOver(to=name))


def retarget(context: ActionContext, _key: str) -> None:
    """Offer what a mistyped test may have meant, nearest first; else ask which one is debugged from here on."""
    from coach.tui.dialogs.text_dialog import Chooser

    last = context.state.last_run
    meant = last.report.ending.meant if last and last.report else ()
    if not meant:
        _ask_target(context)
        return

    def chosen(index: int | None) -> None:
        if index == len(meant):
            _ask_target(context)
        elif index is not None:
            context.submit(
                cmd.Retarget(target=context.state.target.model_copy(update={"words": (meant[index],)}))
            )

    rows = (*meant, "another one")
    lines = tuple(
        line((f" {number} ", "key"), "  ", elastic(each), hang=5, key=str(number), fit="cut")
        for number, each in enumerate(rows, start=1)
    )
    context.app.push_screen(Chooser("Did you mean", "takes one", lines, len(rows)), chosen)


def _ask_target(context: ActionContext) -> None:
    target = context.state.target
    text = "Which test? A file or node id from the project's root; a command as it is typed."
    question = Question("Target", text, label="target", value=shlex.join(target.words))
    ask(
        context,
        question,
        lambda words: cmd.Retarget(target=target.model_copy(update={"words": _words(words)})),
    )


def _words(text: str) -> tuple[str, ...]:
    """Split as a shell does; an open quotation mark stands for itself."""
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return tuple(text.split())


def calls(context: ActionContext, _key: str) -> None:
    """Show who called whom; the window traces when there is nothing to show yet."""
    from coach.tui.dialogs.call_tree import CallTreeDialog

    context.app.push_screen(CallTreeDialog(context.port), _goes_on(context))


def origins(context: ActionContext, _key: str) -> None:
    """Show where a value came from; the window asks about the wrong one when nothing was asked yet."""
    from coach.tui.dialogs.origin_list import OriginList

    window = OriginList(context.port, context.submit, context.show_message)
    context.app.push_screen(window, _goes_on(context))


def _goes_on(context: ActionContext) -> Callable[[tuple[str, str] | None], None]:
    """Return what does the action whose key left a window."""

    def left(pressed: tuple[str, str] | None) -> None:
        if pressed:
            context.press(*pressed)

    return left


HANDLERS: dict[str, Handler] = {
    "restore": restore,
    "dismiss": dismiss,
    "loop": look,
    "calls": calls,
    "origins": origins,
    "searches": searches,
    "hand-over": hand_over,
    "retarget": retarget,
}
