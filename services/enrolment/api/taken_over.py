"""Pupils whom a school had before it joined, over HTTP: one demand each, so that each fault is said of one."""

from uuid import UUID

from fastapi import Response

from services.enrolment.api import shown
from services.enrolment.api.deps import StoreDep
from services.enrolment.api.schemas import TakeOverRequest
from services.enrolment.use_cases import admission
from services.enrolment.views import PupilResponse
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.secrets import derived
from shared.web.auth import CurrentCaller, require
from shared.web.idempotency import fingerprint, keyed_id
from shared.web.router import Router

router = Router(
    tags=["élèves"],
    problems={
        Refused: ("no_place", "no_such_intake", "not_eligible"),
        Invalid: ("key_reused", "unknown_programme"),
        NotFound: (),
    },
)


@router.post(
    "/pupils",
    status_code=201,
    dependencies=[require("school:head", "admin")],
    responses={200: {"model": PupilResponse, "description": "Cet élève était déjà repris."}},
)
async def take_over_pupil(body: TakeOverRequest, caller: CurrentCaller, store: StoreDep, response: Response) -> PupilResponse:
    """Take over a pupil whom the school has already, with past days. The same again creates nothing, and answers 200."""
    for day in (body.enrolled_on, body.started_on):
        store.clock.day(day)
    details = body.model_dump(exclude={"reference"})
    secret = store.persistence.secret
    demand = fingerprint(derived(secret, "demands of pupils taken over"), body.model_dump(mode="json"))
    pupil, is_new = await admission.take_over(store, caller, young_id=young_id_of(secret, body), fingerprint=demand, **details)
    response.status_code = 201 if is_new else 200
    return await shown.pupil(store, caller, pupil)


def young_id_of(secret: bytes, body: TakeOverRequest) -> UUID:
    """The id of whom a school knows by a reference: from a keyed hash, whence the reference cannot be found."""
    return keyed_id(secret, "pupils taken over", [body.school, body.reference])
