"""`coach hypothesis`: the ledger of claims, predictions and verdicts, headless."""

from argparse import Namespace

from coach.cli.commands.console import put, put_json
from coach.cli.commands.open_session import ask, opened_session, read_session
from coach.core.base.text import safe_line
from coach.core.experiments.hypothesis import Hypothesis, Prediction
from coach.core.experiments.suggestions import drafts
from coach.core.protocol import commands as cmd
from coach.core.protocol.commands import Command
from coach.core.session.state import SessionState
from coach.errors import EXIT_FINE, UsageError


def hypothesis(args: Namespace) -> int:
    """List hypotheses or drafts, write one, revise one, or judge one."""
    if args.drafts:
        return _show_drafts(args, read_session(args.session))
    if args.take is not None:
        return _take(args)
    command = _command(args)
    if command is None:
        return _show(args, read_session(args.session))
    with opened_session(args) as session:
        ask(session, command)
        return _show(args, session.state)


def _command(args: Namespace) -> Command | None:
    if args.judge is not None:
        if args.verdict is None:
            raise UsageError("a verdict is missing", do="add --verdict SUPPORTED, REFUTED or INCONCLUSIVE")
        return cmd.JudgeHypothesis(
            id=args.judge, verdict=args.verdict, reason=args.reason, teaches=args.teaches
        )
    if args.activate is not None:
        return cmd.ActivateHypothesis(id=args.activate)
    text = args.predict or (f"the target: {args.expects}" if args.expects else "")
    prediction = Prediction(text=text, expects=args.expects)
    if args.revise is not None:
        return cmd.RevisePrediction(id=args.revise, prediction=prediction)
    return cmd.ProposeHypothesis(claim=args.claim, prediction=prediction) if args.claim else None


def _take(args: Namespace) -> int:
    with opened_session(args) as session:
        known = drafts(session.state)
        if not 1 <= args.take <= len(known):
            raise UsageError(f"no draft {args.take}", do="coach hypothesis --drafts lists them")
        chosen = known[args.take - 1]
        text, expects = args.predict or chosen.prediction, args.expects or chosen.expects
        ask(
            session,
            cmd.ProposeHypothesis(claim=chosen.claim, prediction=Prediction(text=text, expects=expects)),
        )
        return _show(args, session.state)


def _show_drafts(args: Namespace, state: SessionState) -> int:
    known = drafts(state)
    if args.json:
        put_json([each.model_dump(mode="json") for each in known])
        return EXIT_FINE
    for number, each in enumerate(known, 1):
        put(f"{number}  {safe_line(each.claim)}")
        put(f"    predicts: {safe_line(each.prediction)}\n    because: {safe_line(each.because)}")
    put(
        "coach hypothesis --take N writes one down"
        if known
        else "no draft yet: coach suspects --mutate, or bisect"
    )
    return EXIT_FINE


def _show(args: Namespace, state: SessionState) -> int:
    if args.json:
        put_json(
            [
                {**each.model_dump(mode="json"), "active": each == state.active_hypothesis}
                for each in state.hypotheses
            ]
        )
        return EXIT_FINE
    for each in state.hypotheses:
        put("\n".join(_lines(each, is_active=each == state.active_hypothesis)))
    if not state.hypotheses:
        put("no hypothesis yet: coach hypothesis 'CLAIM' --predict 'WHAT YOU WILL SEE', or --drafts")
    return EXIT_FINE


def _lines(each: Hypothesis, *, is_active: bool) -> list[str]:
    runs = ", ".join(f"#{number}" for number in each.runs)
    verdict = (
        f"{each.verdict} {runs}: {each.reason}" if each.verdict else "open, active" if is_active else "open"
    )
    lines = [f"H{each.id}  {safe_line(each.claim)}", f"    predicts: {safe_line(each.prediction.text)}"]
    lines.append(f"    {safe_line(verdict)}")
    return [*lines, f"    teaches: {safe_line(each.teaches)}"] if each.teaches else lines
