"""A file as a request brings it: its body as it is, or the one file of a form. It stays in memory: it may be about people."""

from collections.abc import Iterable
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from shared.kernel.errors import Invalid

FORM = "multipart/form-data"


def upload_of(kinds: Iterable[str]) -> dict[str, Any]:
    """What OpenAPI says of such a request: a file of one of these kinds, or a form with it as `file`."""
    binary = {"type": "string", "format": "binary"}
    form = {"type": "object", "properties": {"file": binary}, "required": ["file"]}
    content = {kind: {"schema": binary} for kind in kinds} | {FORM: {"schema": form}}
    return {"requestBody": {"required": True, "content": content}}


async def uploaded(request: Request) -> bytes:
    """The bytes of the file, as many as the address lets through. Raises Invalid (`no_file`) where there is none."""
    form = request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM
    raw = await _of_form(request) if form else await request.body()
    if not raw:
        raise Invalid("no_file", "Aucun fichier n’est joint à cette demande, ou il est vide.")
    return raw


async def _of_form(request: Request) -> bytes:
    parser = MultiPartParser(request.headers, request.stream(), max_files=1, max_fields=10)
    parser.spool_max_size = 1 << 40  # never into a temporary file, where it would lie unsealed
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError):
        raise Invalid("no_file", "Ce formulaire ne peut être lu : il porte un fichier, sous le nom « file ».") from None
    found = next((value for value in form.values() if isinstance(value, UploadFile)), None)
    return await found.read() if found else b""
