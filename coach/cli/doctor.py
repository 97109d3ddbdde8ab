"""The words of ``coach doctor``."""

from coach.cli.options import Call, Commands, Parser, add, add_json


def add_doctor(commands: "Commands[Parser]") -> None:
    doctor = add(commands, "doctor", _doctor, "look at all that coach leans on, and say what to do")
    doctor.add_argument(
        "--hooks",
        action="store_true",
        help="fire each installed hook of assistants with a test event, and say whether the host would hear it",
    )
    doctor.add_argument(
        "--on", metavar="ADDRESS", default="", help="look at the workers of a cluster instead, and try each"
    )
    doctor.add_argument("--insecure", action="store_true", help="use a tcp:// address beyond this machine")
    add_json(doctor)


def _doctor() -> Call:
    from coach.cli.commands.doctor import doctor

    return doctor
