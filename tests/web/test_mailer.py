"""How mail is handed over to a real server: by TLS and a password, and what each of its refusals means."""

from pathlib import Path

import pytest

from deploy.local.ports import HOST
from shared.web.notices.mailer import MAIL_ERRORS, AddressRefused, Mail, Mailer, NotNow, is_refused
from tests.web.mail import PASSWORD, certificate, mail_server

MAIL = Mail("<1@etabli.test>", "marie@cio.test", "Établi : une réponse vous attend", "Bonjour,\n\n– Une réponse.\n")


def plain(port: int) -> Mailer:
    return Mailer(HOST, port, "none", "etabli@etabli.test")


async def hand_over(mailer: Mailer) -> None:
    async with mailer.connected() as connection:
        await connection.send(MAIL)


async def test_a_message_keeps_its_id_its_french_and_says_that_a_machine_wrote_it() -> None:
    async with mail_server() as server, plain(server.port).connected() as connection:
        await connection.send(MAIL)
    (read,) = server.to(MAIL.to)
    assert (read["Message-ID"], read["Subject"], read["From"], read["Auto-Submitted"]) == (
        MAIL.id, MAIL.subject, "etabli@etabli.test", "auto-generated",
    )  # fmt: skip
    assert read.get_content() == MAIL.body


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({MAIL.to: "550 5.1.1 unknown"}, AddressRefused),
        ({MAIL.to: "451 4.7.1 greylisted"}, NotNow),
        ({"data": "554 5.7.1 spam"}, NotNow),
        ({"data": "452 4.3.1 full"}, NotNow),
    ],
)
async def test_a_refusal_of_the_address_is_known_from_one_of_the_moment(
    answers: dict[str, str], expected: type[Exception]
) -> None:
    async with mail_server() as server, plain(server.port).connected() as connection:
        server.refusing |= answers
        with pytest.raises(expected):
            await connection.send(MAIL)
        server.refusing.clear()
        await connection.send(MAIL)  # the connection is still good
    assert len(server.to(MAIL.to)) == 1


async def test_the_way_is_closed_and_one_signs_in_where_that_is_set(tmp_path: Path) -> None:
    context, ca = certificate(tmp_path)
    password = tmp_path / "password"
    async with mail_server(tls=context) as server:

        def mailer(ca_file: Path | None = ca) -> Mailer:
            return Mailer(HOST, server.port, "starttls", "etabli@etabli.test", "etabli", password, ca_file, timeout=2)

        password.write_text(PASSWORD)
        await hand_over(mailer())
        with pytest.raises(MAIL_ERRORS):
            await hand_over(mailer(None))  # a certificate that nobody has signed
        password.write_text("another")
        for one in (mailer(), plain(server.port)):
            with pytest.raises(MAIL_ERRORS) as refused:
                await hand_over(one)
            assert is_refused(refused.value)
    assert len(server.to(MAIL.to)) == 1


async def test_a_server_that_is_not_there_is_away_and_not_refusing() -> None:
    async with mail_server() as server:
        port = server.port
    with pytest.raises(MAIL_ERRORS) as away:
        async with plain(port).connected():
            pass
    assert not is_refused(away.value)
