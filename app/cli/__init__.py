"""The command line: one file per command, each loaded only when it is asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from app.cli.terminal import Terminal, answer_for

COMMANDS = {
    "import": ("app.cli.import_folder:import_folder", "Read a folder, zip or workbook into the database."),
    "export": ("app.cli.export:export", "Write a portfolio (CSV files, zip, workbook) or a stored plan."),
    "template": ("app.cli.template:template", "Write an empty portfolio to be filled in."),
    "solve": ("app.cli.solve:solve_folder", "Plan a folder of CSV files; needs no database."),
    "check": ("app.cli.check:check_folder", "Verify a plan against its portfolio, rule by rule."),
    "people": ("app.cli.people:order_people", "Turn a plan's engineers into change orders for people."),
    "risks": ("app.cli.risks:risks", "Simulate futures of a plan: what the recorded risks do to it."),
    "why": ("app.cli.why:why", "Say why a project runs as it does, and what it would take."),
    "force": ("app.cli.force:force", "Force a project in or out, and see what each class pays."),
    "prices": ("app.cli.prices:price_list", "Say what a unit of a pool is worth in a week, and confirm it."),
    "replan": ("app.cli.replan:replan", "Plan again from a later week of a plan."),
    "frontier": ("app.cli.frontier:frontier", "Trade one thing for another: a curve of plans."),
    "end-early": ("app.cli.end_early:end_code_red", "End the code red in force before its date."),
    "acknowledge": ("app.cli.acknowledge:acknowledge_advice", "Say that what a trigger advises was seen."),
    "order": ("app.cli.order:order", "Put several code reds into an order, as one policy."),
    "sweep": ("app.cli.sweep:sweep_folder", "Solve many scenarios of a folder, on all cores or a cluster."),
    "serve": ("app.cli.serve:serve", "Serve the pages."),
    "worker": ("app.cli.worker:worker", "Do jobs in a process or on a host of its own."),
    "jobs": ("app.cli.jobs:jobs_group", "See jobs and workers; cancel a job, or start it again."),
    "demo": ("app.cli.demo:demo", "Serve the example in a database of its own."),
    "account": ("app.cli.account:account", "Add accounts, give roles, make API tokens."),
    "webhook": ("app.cli.webhook:webhook", "Tell other programs what happens."),
    "audit": ("app.cli.audit:audit", "Verify the audit trail."),
    "db": ("app.cli.database:database", "Bring the database to the newest schema."),
}
"""Every command, where it is written and what it does, in the order of `--help`."""
PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
VERSION = str(tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["version"])


class Commands(click.Group):
    """The group of `COMMANDS`; a command's module is imported when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="codered", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the whole trace of an unexpected error.")
@click.pass_obj
def codered(terminal: Terminal, debug: bool) -> None:
    """Declare a code red, get a proven and checked plan of who gives what to whom, week by week.

    Results go to stdout, messages to stderr. Exit codes: 0 done, 1 failed, 2 invalid input, 3 infeasible, 4 stopped
    without a plan.
    """
    terminal.debug = debug


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; whatever goes wrong becomes a message on stderr."""
    terminal = Terminal()
    try:
        done = codered.main(args=arguments, prog_name="codered", standalone_mode=False, obj=terminal)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (Exception, KeyboardInterrupt) as error:
        if terminal.debug:
            raise
        return answer_for(error, terminal)
    return done if isinstance(done, int) else 0
