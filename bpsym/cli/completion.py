"""`bpsym completion`: click's own shell completion, printed."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command(short_help="Print a script that makes the shell complete commands.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script that makes a shell complete bpsym's commands, options and names.

    \b
    Examples:
      bpsym completion bash >> ~/.bashrc
      bpsym completion zsh >> ~/.zshrc
      bpsym completion fish > ~/.config/fish/completions/bpsym.fish
    """
    complete = get_completion_class(shell)
    if complete is not None:
        click.echo(complete(ctx.find_root().command, {}, "bpsym", "_BPSYM_COMPLETE").source())
