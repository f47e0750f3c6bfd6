"""The peers of intake: a bare FastAPI route that inserts the document of its body, or those of it in bulk. No guarantee but one:
majority, journaled, as every write of ours."""

import os
from typing import Any
from uuid import uuid4

import uvicorn
from fastapi import FastAPI

from shared.persistence.mongo import Collection, connect
from shared.persistence.writes import Insert


def bare(rows: Collection) -> FastAPI:
    """Two routes, and one to be asked whether it is there."""
    app = FastAPI()

    @app.get("/health/ready")
    async def ready() -> dict[str, str]:
        return {}

    @app.post("/one", status_code=201)
    async def one(body: dict[str, Any]) -> dict[str, str]:
        id = str(uuid4())
        await rows.insert({"_id": id, **body})
        return {"id": id}

    @app.post("/many")
    async def many(body: list[dict[str, Any]]) -> dict[str, int]:
        return {"inserted": await rows.patient().bulk([Insert({"_id": str(uuid4()), **one}) for one in body])}

    return app


if __name__ == "__main__":
    url, port = os.environ["MONGODB_URL"], int(os.environ["ETABLI_PORT"])
    uvicorn.run(bare(connect(url, "bench_bare")["rows"]), port=port, access_log=False, log_level="warning")
