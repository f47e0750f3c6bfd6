"""Every example of the partners' pages, run as it is against a stack: as the agency, as the school."""

import json
import re
import shutil
import subprocess

import httpx
import pytest

from tests.partners.drivers import WITHIN, Playground, a_free_port, is_listening, until

pytestmark = pytest.mark.slow
TOLD = "fr.etabli.outbound.referral"
NODE = pytest.mark.skipif(not shutil.which("npm"), reason="Node et npm ne sont pas sur cette machine")
JAVA = pytest.mark.skipif(not shutil.which("javac"), reason="aucun JDK sur cette machine : un JRE seul ne compile pas")
CURL = pytest.mark.skipif(not shutil.which("curl"), reason="curl n’est pas sur cette machine")


@CURL
def test_one_referral_over_http_is_answered_by_the_school_within_seconds(playground: Playground) -> None:
    first, again = (json.loads(playground.run("agency", "sh", "refer.sh")) for _ in range(2))
    assert first["referral_id"] == again["referral_id"]
    with playground.running("agency", "sh", "follow.sh") as followed:
        followed.until(f"{TOLD}.received.v1", f'"subject":"{first["young_id"]}"', '"status":"offered"')


@CURL
def test_a_batch_says_what_became_of_each_and_the_robot_refuses_who_wants_to_cook(playground: Playground) -> None:
    answer = json.loads(playground.run("agency", "sh", "batch.sh"))
    good, bad = answer["items"]
    assert (good["outcome"], bad["code"], bad["errors"][0]["field"]) == (
        "same" if answer["same"] else "accepted",
        "unknown_wish",
        "wishes.0.school",
    )
    with playground.running("agency", "sh", "follow.sh") as followed:
        followed.until('"code":"no_place"')


@CURL
def test_the_stream_goes_on_after_the_last_event_that_was_seen(playground: Playground) -> None:
    playground.run("agency", "sh", "refer.sh")
    position = playground.folder / "position.txt"
    position.unlink(missing_ok=True)
    with playground.running("agency", "sh", "follow.sh") as followed:
        followed.until("\nid: 0\n", "\nid: 1\n")
    last = int(position.read_text())
    playground.run("agency", "sh", "refer.sh", playground.another("2025-101"))
    with playground.running("agency", "sh", "follow.sh") as followed:
        seen = followed.until(f"\nid: {last + 1}\n")
    assert f"\nid: {last}\n" not in seen


@CURL
def test_the_snapshot_has_the_referral_and_a_position(playground: Playground) -> None:
    referral = json.loads(playground.run("agency", "sh", "refer.sh"))["referral_id"]
    snapshot = json.loads(playground.run("agency", "sh", "snapshot.sh"))
    assert referral in {one["referral_id"] for one in snapshot["items"]}
    assert snapshot["position"] >= 0


@CURL
def test_a_file_is_tried_taken_in_and_its_refused_row_comes_back_to_be_mended(playground: Playground) -> None:
    said = playground.run("agency", "sh", "file.sh")
    rejected = playground.folder / "rejets.csv"
    assert (playground.folder / "modele.csv").read_text("utf-8-sig").startswith('"Référence"')
    assert '"refused":1' in said
    assert "2010-02-30" in rejected.read_text()
    mended = rejected.read_text().replace("2010-02-30", "2010-02-28")
    (playground.folder / "orientations.csv").write_text(mended)
    assert '"refused":0' in playground.run("agency", "sh", "-c", "grep -v rejected file.sh | sh")


KAFKA = [
    pytest.param(("python", "refer.py"), ("python", "follow.py"), "2025-201", id="python"),
    pytest.param(("node", "refer.js"), ("node", "follow.js"), "2025-202", id="javascript", marks=NODE),
    pytest.param(("java", "Refer.java"), ("java", "Follow.java"), "2025-203", id="java", marks=JAVA),
]


@pytest.mark.parametrize(("refer", "follow", "reference"), KAFKA)
def test_a_referral_over_kafka_is_told_back_over_kafka(
    request: pytest.FixtureRequest, playground: Playground, refer: tuple[str, str], follow: tuple[str, str], reference: str
) -> None:
    _have(request, refer[0])
    before = playground.young_people()
    key = (reference,) if refer[0] == "java" else ()
    playground.run("agency", *refer, playground.another(reference), *key)
    with playground.running("agency", *follow) as followed:
        followed.until(f"{TOLD}.received.v1", f"{TOLD}.changed.v1")
        (young_id,) = until(lambda: playground.young_people() - before)
        followed.until(young_id)
    with playground.running("school", *follow) as followed:
        followed.until("fr.etabli.outbound.application.opened.v1", young_id)


RECEIVERS = [
    pytest.param(("python", "receive_webhook.py"), "2025-301", id="python"),
    pytest.param(("node", "receive_webhook.js"), "2025-302", id="javascript", marks=NODE),
    pytest.param(("java", "ReceiveWebhook.java"), "2025-303", id="java", marks=JAVA),
]


@CURL
@pytest.mark.parametrize("who", ["agency", "school"])
@pytest.mark.parametrize(("receiver", "reference"), RECEIVERS)
def test_a_receiver_takes_what_is_signed_and_refuses_what_is_not(
    request: pytest.FixtureRequest, playground: Playground, receiver: tuple[str, str], reference: str, who: str
) -> None:
    _have(request, receiver[0])
    port = a_free_port()
    address = f"http://127.0.0.1:{port}/etabli"
    webhook = json.loads(playground.run(who, "sh", "webhook.sh", address))
    try:
        with playground.running(who, *receiver, SECRET=webhook["secret"], PORT=port) as received:
            until(lambda: is_listening(port))
            tried = json.loads(playground.run(who, "sh", "webhook-test.sh", webhook["webhook_id"]))
            assert tried["delivered"], tried
            assert httpx.post(address, content=b"{}", headers=FORGED, trust_env=False).status_code == 401
            young_id = json.loads(playground.run("agency", "sh", "refer.sh", playground.another(f"{reference}-{who}")))[
                "young_id"
            ]
            read = "/referrals/" if who == "agency" else f"/applications/{young_id}"
            received.until("fr.etabli.outbound.webhook.test.v1", read)
    finally:
        playground.ask(who, "DELETE", f"/webhooks/{webhook['webhook_id']}")


@CURL
def test_a_school_answers_what_its_stream_tells(playground: Playground) -> None:
    young_id = json.loads(playground.run("agency", "sh", "refer.sh", "to-answer.json"))["young_id"]
    with playground.running("school", "sh", "follow.sh") as followed:
        said = followed.until("application.opened.v1", f'"young_id":"{young_id}"')
    opened = next(one for one in re.findall(r"^data: (.*)$", said, re.M) if f'"young_id":"{young_id}"' in one)
    intake_id = json.loads(opened)["data"]["intake_id"]
    assert '"status":"offered"' in playground.run("school", "sh", "answer.sh", intake_id, young_id)
    refused = subprocess.run(
        ["sh", "refuse.sh", intake_id, young_id], cwd=playground.folder, env=playground.environment("school"),
        capture_output=True, text=True, timeout=WITHIN,
    )  # fmt: skip
    assert refused.returncode != 0
    assert json.loads(refused.stdout)["code"] == "not_allowed"
    assert young_id in playground.run("school", "sh", "snapshot.sh")


def test_the_trace_says_what_came_and_went_and_of_nobody(playground: Playground) -> None:
    playground.run("agency", "python", "refer.py", playground.another("2025-401"))
    nowhere = {"school": "nulle-part", "programme": "x"}
    playground.run("agency", "python", "refer.py", playground.another("2025-402", wishes=[nowhere]))
    trace = playground.traced("referral.received", "place.offered", "referral.rejected", "unknown_wish", "→ etabli.inbound")
    assert not re.search(r"Durand|Lambert|Camille|Adam|Perrigaud|2025-\d", trace)


FORGED = {"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}


def _have(request: pytest.FixtureRequest, program: str) -> None:
    """What a program needs beside itself, if anything."""
    if program == "node":
        request.getfixturevalue("node")
