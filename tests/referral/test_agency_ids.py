"""An agency and a school of one id would be told on one topic: neither service lets that be."""

from tests.conftest import Running
from tests.referral.builders import catalogue_publishes, school_registered


async def test_no_agency_has_the_id_of_a_school(api: Running) -> None:
    await catalogue_publishes(api, school_registered("vesoul"))
    facts = {"kind": "cio", "name": "Vesoul", "department": "70"}
    refused = await api.as_("admin").put("/agencies/vesoul", json=facts)
    assert (refused.status_code, refused.json()["code"]) == (409, "id_taken")
