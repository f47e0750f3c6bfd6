"""Whether a disk is full soon."""

from deploy.doctor.finding import Finding, act, look, well

GIGABYTE = 1_000_000_000
TODO = "faites de la place : les serveurs s’arrêtent sur un disque plein"


def of_disk(subject: str, *, free: float, total: float) -> Finding:
    """From what is free on it and how large it is, in bytes. Nothing is said of a disk that is not known."""
    said = f"disque : {free / GIGABYTE:.0f} Go libres sur {total / GIGABYTE:.0f}"
    if total and (free < GIGABYTE or free < total * 0.03):
        return act(subject, said, TODO)
    if total and (free < 5 * GIGABYTE or free < total * 0.1):
        return look(subject, said, TODO)
    return well(subject, said if total else "disque : taille inconnue")
