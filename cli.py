"""The commands that `./run flask` knows; commands/ holds them."""

from __future__ import annotations

from flask import Flask

from commands import evidence, firms, installation
from commands import moving as moving  # adds its own to the group of the firms

GROUPS = (
    *(evidence.events_group, evidence.evidence_group, evidence.keys_group),
    *(installation.rules_group, installation.jobs_group, installation.operator_group),
    *(firms.firm_group, firms.archive_group),
)
COMMANDS = (installation.doctor, installation.feedback, installation.demo)


def register_commands(app: Flask) -> None:
    for command in (*GROUPS, *COMMANDS):
        app.cli.add_command(command)
