"""The next move is possible: whatever happened, its own command is not refused, and following it gets on."""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from coach.core.decide import Refusal, decide
from coach.core.decide.refusals import refusal
from coach.core.experiments.hypothesis import Prediction
from coach.core.experiments.logpoint import Logpoint
from coach.core.history.restore_goal import goal
from coach.core.localize.mutation.results import Mutations
from coach.core.localize.spectrum import Spectrum
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.report import Counts, Ending, RunReport
from coach.core.runs.target import Target
from coach.core.search.request import SearchResult
from coach.core.session.form_defaults import filled_closing, filled_hypothesis, filled_spec, filled_verdict
from coach.core.workflow.advice import advise, next_move
from tests.core.driving import TEST, green, opened, red, workflow

NOT_RUN = RunReport(ending=Ending(kind="completed", exit_code=0), counts=Counts(selected=1, skipped=1))
HUNG = RunReport(ending=Ending(kind="timeout", sentence="stopped after 60 s"))
MISTYPED = RunReport(ending=Ending(kind="usage_error", sentence="not found: test_totl", exit_code=4))
OUTCOMES = (red(), red("assert 1 == 2"), red("KeyError", failures=()), green(), NOT_RUN, HUNG, MISTYPED)
WORKFLOWS = ("debug", "flaky", "regression", "order", "slow", "crash", "incident")
TARGETS = (
    Target(words=(TEST,)),
    Target(words=("tests",)),
    Target(),
    Target(kind="command", words=("make", "check")),
)


class Person:
    """Carries out what is advised, as the screen does: forms are kept as they are offered, with a reason where one is asked."""

    def __init__(self, drive, answers) -> None:
        self.drive, self._answers = drive, answers

    def command(self, action: str, of: str = ""):
        state = self.drive.state
        if action in FIXED:
            return FIXED[action]
        if action == "hypothesis":
            draft = filled_hypothesis(state)
            claim = draft.claim if draft else f"something else is wrong ({len(state.hypotheses)})"
            expects = draft.expects if draft else "pass"
            prediction = Prediction(text=draft.prediction if draft else "it passes", expects=expects)
            return cmd.ProposeHypothesis(claim=claim, prediction=prediction)
        if action == "judge":
            chosen = state.active_hypothesis or state.hypotheses[-1]
            verdict, seen = filled_verdict(state, chosen)
            return cmd.JudgeHypothesis(id=chosen.id, verdict=verdict, reason=seen)
        if action == "root-cause":
            filled = filled_closing(state)
            cause = filled.cause.model_copy(update={"what": filled.cause.what or "the sum was rounded"})
            answers = {"rollback": "revert", "visible": "yes", **filled.answers}
            return cmd.WriteClosing(closing=filled.model_copy(update={"cause": cause, "answers": answers}))
        if action == "spec":
            filled = filled_spec(state)
            typed = {"expected": filled.expected or "it passes", "actual": filled.actual or "it fails"}
            return cmd.WriteSpec(spec=filled.model_copy(update=typed))
        return self._about_one(action, of)

    def _about_one(self, action: str, of: str):  # noqa: PLR0911 - one for each action
        state = self.drive.state
        if action == "searches":
            return cmd.BeginSearch(kind=of or "edits")
        if action == "rule-out":
            standing = state.standing_suspects
            if not standing:
                return cmd.RestoreSuspect(suspect=state.suspects[0].key)
            return cmd.RuleOutSuspect(suspect=standing[-1].key, reason="it is right")
        if action == "answer":
            return cmd.AnswerObjection(objection=state.verification.standing[0].key, reason="it is fine")
        if action == "go-to-step":
            return cmd.GoToStep(step=state.standing_loop.step)
        if action == "restore":
            wanted = goal(state)
            return cmd.RestoreTree(run=wanted.run, tree=wanted.tree)
        if action == "logpoint":
            return cmd.Look(logpoint=Logpoint(path="shop/cart.py", line=21, expression="total"))
        raise AssertionError(f"nobody knows how to press {action!r}")

    def answer(self) -> None:
        """Let the engine answer all that was asked of it."""
        drive = self.drive
        for _ in range(200):
            effects, drive.effects = drive.effects, []
            for each in effects:
                self._answer(each)
            if not drive.effects and not drive.state.under_way:
                return
            if drive.state.under_way and not drive.effects:
                self._end_run()
        raise AssertionError("it never came to rest")

    def _answer(self, effect) -> None:
        match effect:
            case eff.ReadTest(test=test, pin=pin):
                found = self._answers.draw(
                    st.sampled_from([{}, {"path": "tests/test_cart.py", "digest": "d1"}])
                )
                self.drive.send(obs.TestSeen(test=test, pin=pin, **found))
            case eff.RunSearch(request=request):
                result = SearchResult(how="nothing", sentence="nothing was found")
                self.drive.send(obs.SearchOver(number=request.number, result=result))
            case eff.RestoreTree(tree=tree, why=why):
                paths = self._answers.draw(st.sampled_from([(), ("shop/cart.py",)]))
                before = self.drive.state.last_run.report.tree if self.drive.state.last_run else "t0"
                self.drive.send(obs.TreePutBack(tree=tree, before=before, why=why, paths=paths))
            case eff.Watch(on=on):
                self.drive.send(obs.WatchSeen(watching=on))

    def _end_run(self) -> None:
        drive = self.drive
        run = drive.state.under_way[-1]
        drive.ends(self._answers.draw(st.sampled_from(OUTCOMES)))
        if run.request.purpose == "trace":
            drive.send(obs.SpectrumSeen(spectrum=Spectrum(test=TEST)))
        if run.request.purpose == "mutants":
            drive.send(obs.MutantsSeen(mutations=Mutations(test=TEST, run=run.number)))
        if drive.state.plan and not drive.state.under_way:
            drive.send(obs.EffectFailed(effect="start_run", run=run.number, message="gone"))
            if not drive.state.under_way and drive.state.plan:
                drive.send(obs.FilesSaved(paths=("shop/cart.py",)))


FIXED = {
    "run": cmd.RunTarget(),
    "reproduce": cmd.Reproduce(),
    "suite": cmd.RunSuite(),
    "narrow": cmd.RunTarget(scope="failures"),
    "verify": cmd.Verify(),
    "pin": cmd.PinTest(),
    "unpin": cmd.UnpinTest(reason="it was wrong"),
    "confirm": cmd.ConfirmFix(),
    "next-step": cmd.GoToStep(reason="seen by eye"),
    "close": cmd.Close(),
    "note": cmd.WriteNote(text="seen at noon"),
    "budget": cmd.SetBudget(seconds=3.0),
    "spectrum": cmd.Suspects(scope="suite"),
    "mutants": cmd.TryMutants(),
    "calls": cmd.TraceCalls(),
    "origins": cmd.TraceOrigins(),
    "investigate": cmd.Investigate(),
    "retarget": cmd.Retarget(target=Target(words=("tests/test_other.py",))),
}
HAPPENINGS = (
    *FIXED.values(),
    obs.FilesSaved(paths=("shop/cart.py",)),
    obs.FilesSaved(paths=("tests/test_cart.py",)),
    cmd.GoToStep(step="reproduce"),
    cmd.SetWatching(watching=False),
    cmd.ProposeHypothesis(claim="rounding", prediction=Prediction(text="9", expects=None)),
    cmd.ProposeHypothesis(claim="cents", prediction=Prediction(text="9", expects="pass")),
    obs.TestSeen(test=TEST, digest="d2"),
)
sessions = st.builds(
    lambda name, target: opened(workflow=workflow(name), target=target),
    st.sampled_from(WORKFLOWS),
    st.sampled_from(TARGETS),
)
MAX_MOVES = 60
QUIET = settings(
    max_examples=150,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def lived(drive, data):
    person = Person(drive, data)
    drive.send(cmd.Begin(reproduce=data.draw(st.booleans())))
    person.answer()
    for message in data.draw(st.lists(st.sampled_from(HAPPENINGS), max_size=6)):
        drive.send(message)
        person.answer()
    return person


@QUIET
@given(drive=sessions, data=st.data())
def test_what_is_next_is_never_refused_and_following_it_comes_to_an_end(drive, data):
    person = lived(drive, data)
    moves = data.draw(st.sampled_from((advise, next_move)))
    said = []
    for _ in range(MAX_MOVES):
        advice = moves(drive.state)
        said.append((advice.text, advice.action, advice.of))
        if drive.state.closed or advice.action in {
            "",
            "retarget",
            "editor",
        }:  # a person has to edit, or to name another test
            return
        assert not refusal(drive.state, advice.action), said[-1]
        if advice.enters:  # the first move of a step that nothing more is asked for
            answer = drive.send(cmd.GoToStep(step=advice.enters))
            assert not isinstance(answer, Refusal), (said[-1], answer)
        answer = drive.send(person.command(advice.action, advice.of))
        assert not isinstance(answer, Refusal), (said[-1], answer)
        person.answer()
    raise AssertionError(f"it goes on for ever: {said[-12:]}")


@QUIET
@given(drive=sessions, data=st.data())
def test_no_command_is_refused_whose_key_is_not_and_both_say_the_same(drive, data):
    person = lived(drive, data)
    for action in FIXED:
        why_not = refusal(drive.state, action)
        answer = decide(person.command(action), drive.state)
        if action in {"retarget", "budget", "note", "next-step"}:
            continue  # what is written into them may be refused
        if isinstance(answer, Refusal):
            assert why_not == answer.reason or (why_not and drive.state.closed), action
