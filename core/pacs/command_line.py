"""`python -m core listen`: a DICOM node that scores what it is sent."""

import time
from enum import StrEnum
from typing import Annotated

import typer


class Weights(StrEnum):
    """Which set of weights scores what is sent."""

    compact = "compact"
    paper = "paper"


def listen(
    title: Annotated[str, typer.Option(help="How the node is called (application entity title).")] = "SVH",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 11112,
    address: Annotated[str, typer.Option(help="Address to listen on; this machine alone unless told.")] = "127.0.0.1",
    callers: Annotated[
        list[str] | None, typer.Option("--from", help="Title of a node that may send; several times for several.")
    ] = None,
    answer: Annotated[
        str, typer.Option(help="TITLE@HOST:PORT that reports and captures are sent to; without it nothing is answered.")
    ] = "",
    quiet: Annotated[
        float, typer.Option(min=1, max=600, help="Seconds without another film after which a study is whole.")
    ] = 20,
    weights: Annotated[Weights, typer.Option(help="Which set of weights.")] = Weights.compact,
) -> None:
    """Take films that a modality or PACS sends (C-STORE), score them study by study, and answer with a DICOM report.

    Films are held in memory until they are scored. Whom they show stands in the answer and nowhere else: lines name
    studies by running numbers.
    """
    from core.checkpoint import WeightsError
    from core.model_reader import ModelReader
    from core.pacs.archive import PacsError
    from core.pacs.listener import Listener, Peer

    try:
        peer = Peer.parse(answer) if answer else None
        node = Listener(
            ModelReader.open(weights.value),
            title=title,
            address=address,
            port=port,
            callers=callers or (),
            answer=peer,
            quiet_s=quiet,
            tell=typer.echo,
        )
        with node:
            typer.echo(f"{title} listens on {address}, port {node.port}. Ctrl+C ends it.")
            while True:
                time.sleep(1)
    except (PacsError, WeightsError, ValueError, OSError) as error:
        words = f"port {port} on {address} cannot be listened on" if isinstance(error, OSError) else error
        typer.echo(f"Cannot listen: {words}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo("Ended.")
