import json
from tests.conftest import Start
from tests.referral.building import a_referral, referral, CIO

async def test_smoke(running: Start) -> None:
    async with referral(running) as here:
        r = await here.as_(f"agency:{CIO}").post("/referrals", json=a_referral())
        print(r.status_code, json.dumps(r.json(), indent=1, ensure_ascii=False))
        assert r.status_code == 201
        r = await here.as_(f"agency:{CIO}").get("/referrals")
        print(r.status_code, r.text)
        r = await here.as_(f"agency:{CIO}").post("/referrals/%s/withdrawal" % r.json()["items"][0]["referral_id"])
        print(r.status_code, r.text)
