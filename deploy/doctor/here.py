"""What a stack keeps in files: its keys, who may read them, and the room that is left."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from deploy.doctor.disk import of_disk
from deploy.doctor.finding import Finding, act, look, well
from deploy.doctor.stack import Examined
from deploy.local.errors import CannotRun
from deploy.local.keys import Keys, token
from shared.kernel.errors import Unauthenticated
from shared.web.pages.french import day
from shared.web.tokens import verifier

KEYS, FOLDER, CERTIFICATE = "clés", "dossier", "certificat"
SOON = timedelta(days=30)


async def here(stack: Examined) -> Sequence[Finding]:
    """The keys; the data folder, where there is one; the certificate that Kafka is known by, where there is one."""
    ca_file = stack.addresses.brokers.ca_file
    return [*of_keys(stack), *(of_folder(stack.data) if stack.data else ()), *(of_certificate(ca_file) if ca_file else ())]


def of_keys(stack: Examined) -> Sequence[Finding]:
    """Whether what we sign is believed by the public keys that go with ours, and whether others may read them."""
    made = "make secrets" if stack.data is None else "relancez « etabli up »"
    try:
        verifier(stack.keys.public, stack.keys.revoked)(token(stack.keys, "admin", timedelta(minutes=1)))
    except CannotRun as reason:
        return [act(KEYS, str(reason).splitlines()[0], made)]
    except Unauthenticated:
        what = f"{stack.keys.public} n’est pas la clé publique de {stack.keys.private.name}"
        return [act(KEYS, what, f"retirez-la, puis {made}")]
    except (OSError, ValueError) as error:
        return [act(KEYS, f"les clés de {stack.keys.private.parent} ne peuvent être lues ({type(error).__name__})", made)]
    return [well(KEYS, "les jetons que nous signons sont valables")]


def of_folder(data: Path) -> Sequence[Finding]:
    """Whether it is its owner's alone, and whether it fills its disk."""
    found = []
    kept = [data, *(path for path in sorted((data / "keys").iterdir()) if path.name != Keys.of(data).public.name)]
    if open_to_others := [path for path in kept if path.stat().st_mode & 0o077]:
        names = " ".join(map(str, open_to_others))
        found.append(act(FOLDER, f"d’autres que vous peuvent y lire : {names}", f"chmod go= {names}"))
    usage = shutil.disk_usage(data)
    return [*found, of_disk(FOLDER, free=usage.free, total=usage.total)]


def of_certificate(ca_file: Path) -> Sequence[Finding]:
    """How long it is good for."""
    try:
        ends = min(one.not_valid_after_utc for one in x509.load_pem_x509_certificates(ca_file.read_bytes()))
    except (OSError, ValueError) as error:
        return [act(CERTIFICATE, f"{ca_file} ne peut être lu ({type(error).__name__})", "remettez-le en place")]
    left = ends - datetime.now(UTC)
    said = f"{ca_file.name} vaut jusqu’au {day(ends.date())}"
    if left < SOON:
        return [(look if left > timedelta(0) else act)(CERTIFICATE, said, "renouvelez-le, puis relancez Kafka et les services")]
    return [well(CERTIFICATE, said)]
