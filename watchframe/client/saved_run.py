"""Running a saved query."""

from __future__ import annotations

from collections.abc import Mapping

from watchframe.client.running import Run
from watchframe.client.transport import Transport


def saved_run(transport: Transport, query_id: int, parameters: Mapping[str, object]) -> Run:
    """Give what runs a saved query."""
    return Run(
        transport=transport,
        execute_path=f"/api/queries/{query_id}/results",
        payload={"parameters": dict(parameters)},
        query_id=query_id,
    )
