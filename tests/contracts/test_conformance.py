"""What every test over HTTP is held to catches what a document does not say."""

from dataclasses import replace

import pytest

from shared.settings import Settings
from shared.web.app import Service
from shared.web.router import Router
from tests.conftest import Start
from tests.web.builders import Store, router, toy


async def test_an_answer_that_the_document_does_not_list_fails_a_test(running: Start) -> None:
    def of_its_own(settings: Settings) -> Service[Store]:  # a document that no other test is held to
        return replace(toy(settings), routers=[router, Router()])

    async with running(of_its_own) as here:
        document = here.app.openapi()
        document["paths"]["/admin/clock"]["get"]["responses"].pop("401")
        with pytest.raises(AssertionError, match="status not listed"):
            await here.signed_out().get("/admin/clock")
