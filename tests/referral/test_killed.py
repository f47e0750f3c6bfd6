"""A batch whose service is killed in its midst, for real: sent again, it ends with the same ids, each once."""

import asyncio
import uuid
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.bench.intake import a_referral, teach
from deploy.local.keys import sign
from deploy.local.ports import HOST, keep_ports
from deploy.local.process import Process
from deploy.local.servers import Servers
from deploy.local.stack import ROOT, is_ready, service_command
from shared.kernel.clock import real_now
from shared.persistence.mongo import connect


@pytest.mark.slow
async def test_a_batch_that_a_kill_cut_short_sent_again_gives_the_same_ids(servers: Servers, keys: Path, tmp_path: Path) -> None:
    port = keep_ports(tmp_path / "ports.json", ["referral"])["referral"]
    told = {
        "KAFKA_BOOTSTRAP_SERVERS": servers.kafka, "MONGODB_URL": servers.mongodb, "ETABLI_JWKS_FILE": str(keys / "jwks.json"),
        "ETABLI_SECRET_FILE": str(keys / "secret"), "ETABLI_VAULT_KEY_FILE": str(keys / "vault-key"), "ETABLI_PORT": str(port),
        "ETABLI_INSTANCE": uuid.uuid4().hex[:6], "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    database = connect(servers.mongodb, "etabli_referral")
    await database.drop()
    log, ready = tmp_path / "referral.log", partial(is_ready, port)
    service = Process("referral", service_command("referral"), log=log, ready=ready, environment=told)
    service.start()
    try:
        await asyncio.to_thread(service.wait_ready)
        admin, agency = (
            sign(keys / "private.pem", scope, sub="someone", now=real_now(), lifetime=timedelta(hours=1))
            for scope in ("admin", "agency:cio-banc")
        )
        await teach(servers.brokers, port, admin)
        items, headers = [a_referral() for _ in range(2_000)], {"Authorization": f"Bearer {agency}"}

        async def send() -> Any:
            async with httpx.AsyncClient(base_url=f"http://{HOST}:{port}", headers=headers, timeout=120) as http:
                return (await http.post("/referrals/batch", json={"items": items})).json()

        sending = asyncio.create_task(send())
        async with asyncio.timeout(120):
            while await database["referrals"].count() < 200:
                assert not sending.done(), sending.result()
                await asyncio.sleep(0.01)
        service.kill()
        with suppress(httpx.HTTPError):
            await sending
        half = {row["_id"] for row in await database["referrals"].majority().find(fields={"_id": 1})}
        assert 200 <= len(half) < 2_000
        await asyncio.to_thread(service.restart)
        answer = await send()
        assert {one["referral_id"] for one in answer["items"] if one["outcome"] == "same"} == half
        assert answer["accepted"] == 2_000 - len(half)
        persons = await database["persons"].find(fields={"sent.referral_id": 1})
        sent = [one["referral_id"] for person in persons for one in person["sent"]]
        assert sorted(sent) == sorted(one["referral_id"] for one in answer["items"])
    finally:
        service.stop()
        await database.close()
