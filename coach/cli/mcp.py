"""The words of ``coach mcp``."""

from coach.cli.options import Call, Commands, Parser, add, add_session


def add_mcp(commands: "Commands[Parser]") -> None:
    mcp = add(commands, "mcp", _serve, "serve assistants over MCP on standard input and output")
    mcp.add_argument("--name", metavar="NAME", default="assistant", help="who asks: edits carry the name")
    add_session(mcp, with_json=False)


def _serve() -> Call:
    from coach.mcp.server import serve

    return serve
