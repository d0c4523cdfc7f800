"""``-q`` behind a command's name, where it stands before it as well."""

from __future__ import annotations

from dataclasses import replace

import click

from watchframe.command.connection import GlobalOptions


def _hush(ctx: click.Context, param: click.Parameter, value: bool) -> bool:  # noqa: ARG001, FBT001 - click's signature
    if value and isinstance(ctx.obj, GlobalOptions):
        ctx.obj = replace(ctx.obj, is_quiet=True)
    return value


quiet_option = click.option(
    "-q",
    "--quiet",
    is_flag=True,
    expose_value=False,
    callback=_hush,
    help="Say nothing but errors and warnings.",
)
