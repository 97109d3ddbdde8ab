"""The files of a transcript over time: after each command, each edit and each look."""

from collections import Counter
from collections.abc import Iterator

from coach.core.transcripts.contents import NOT_SHOWN, Base, Moment, Unknown
from coach.core.transcripts.files.tree import Files
from coach.core.transcripts.files.typed_edits import apply_edit
from coach.core.transcripts.formats.numbered_lines import without_numbers
from coach.core.transcripts.model import Edited, Looked, Ran, Said, Step, Transcript
from coach.core.transcripts.shell.following import Shell
from coach.core.transcripts.shell.parser import parse_shell


class FileHistory:
    """Follows a transcript once, from its first step to its last."""

    def __init__(self, transcript: Transcript, base: Base | None = None) -> None:
        """Begin at the base.

        Args:
            transcript: what is followed.
            base: the contents at the commit the session began at; without it, only what the transcript shows is known.

        """
        self.transcript = transcript
        self.files = Files(transcript.root, base, transcript.base_commit)
        self._shell = Shell(self.files)

    @property
    def lacks(self) -> Counter[str]:
        """How often a file's content became unknown, by reason. Complete when all moments were taken."""
        return +self.files.lacks

    def moments(self) -> Iterator[Moment]:
        """Yield what the files are after each thing that happened; talk is passed over."""
        for index, step in enumerate(self.transcript.steps):
            action = step.action
            if isinstance(action, Ran):
                yield from self._ran(index, step, action)
            elif isinstance(action, Edited):
                apply_edit(self.files, action)
                yield self._moment(index, step)
            elif isinstance(action, Looked):
                self._looked(action)
                yield self._moment(index, step)
            else:
                assert isinstance(action, Said)

    def _moment(
        self, index: int, step: Step, command: str = "", cwd: str = "", *, is_sure: bool = True
    ) -> Moment:
        changed, cause = self.files.take_changes()
        return Moment(index, step, command, cwd, self.files.snapshot(), changed, cause, is_sure)

    def _ran(self, index: int, step: Step, ran: Ran) -> Iterator[Moment]:
        cwd = ran.cwd or self.files.root
        for each in self._shell.follow(ran.model_copy(update={"cwd": cwd})):
            yield self._moment(index, step, each.text, each.cwd, is_sure=each.is_sure)
        self._printed(ran, cwd)

    def _looked(self, looked: Looked) -> None:
        path = self.files.path(looked.path)
        if looked.is_whole:
            self.files.learn(path, looked.text)

    def _printed(self, ran: Ran, cwd: str) -> None:
        """Take a whole file from what ``cat FILE`` alone printed."""
        if ran.exit_code != 0 or ran.is_cut or len(ran.command) > 500 or "cat" not in ran.command:
            return
        pipelines = parse_shell(ran.command)
        words = pipelines[-1].commands[0].words if pipelines else []
        alone = all(each.commands[0].name == "cd" for each in pipelines[:-1])
        if not alone or len(words) not in {2, 3} or words[0].text != "cat" or not words[-1].is_sure:
            return
        if len(pipelines[-1].commands) > 1 or pipelines[-1].commands[0].redirects:
            return
        path = self.files.path(words[-1].text, cwd)
        if not isinstance(self.files.read(path), Unknown) and self.files.read(path) != NOT_SHOWN:
            return
        shown = without_numbers(ran.output) if len(words) == 3 and words[1].text == "-n" else None
        if shown is not None and shown.may_be_whole:
            self.files.learn(path, shown.text)
        elif len(words) == 2:
            self.files.learn(path, ran.output)
