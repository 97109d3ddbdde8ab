"""The words of ``coach agents``: what coach ships for assistants, put into the files of their hosts and taken out again."""

from coach.cli.options import Call, Commands, Parser, add, add_project

HOSTS = ["claude", "codex", "cursor", "agents-md"]


def add_agents(commands: "Commands[Parser]") -> None:
    agents = commands.add_parser(
        "agents", help="install skill, hooks and MCP server for assistants", allow_abbrev=False
    )
    actions = agents.add_subparsers(title="actions", metavar="ACTION", parser_class=Parser, required=True)
    install = add(actions, "install", _install, "show what would be written for a host, ask, and write it")
    remove = add(actions, "remove", _remove, "take out of a host's files what was installed")
    for each in (install, remove):
        each.add_argument("host", choices=HOSTS, metavar="HOST", help=", ".join(HOSTS))
        each.add_argument(
            "--scope",
            choices=["project", "user"],
            default="project",
            help="files of this project, or your own for all projects (default: project)",
        )
        each.add_argument("--dry-run", action="store_true", help="show the changes and write nothing")
        each.add_argument("--yes", action="store_true", help="write without a question")
        add_project(each)


def _install() -> Call:
    from coach.cli.commands.agents import install

    return install


def _remove() -> Call:
    from coach.cli.commands.agents import remove

    return remove
