"""What stops the embedded stack, in words for whoever runs it."""

import errno

REASONS = {
    errno.ENOENT: "il n’existe pas",
    errno.EACCES: "vous n’en avez pas le droit",
    errno.EPERM: "vous n’en avez pas le droit",
    errno.EISDIR: "c’est un dossier",
    errno.ENOTDIR: "ce n’est pas un dossier",
    errno.EEXIST: "ce n’est pas un dossier",
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "le disque est plein",
    errno.EROFS: "le disque est en lecture seule",
    errno.ENAMETOOLONG: "son nom est trop long",
}


class CannotRun(Exception):
    """One French sentence, and under it what helps to mend; shown as it is, without a traceback."""


def reason(error: OSError) -> str:
    """Why a file or a folder is of no use, in French; what is rarer, as the system says it."""
    return REASONS.get(error.errno or 0) or str(error.strerror)
