"""The last reading: what each agency is shown of its referrals."""

from datetime import date
from uuid import UUID

from deploy.demo.stage import Stage, together


async def read_answers(stage: Stage) -> None:
    """Every agency reads its referrals, page by page: those that are closed, by which answer, on which day."""
    await together(_read(stage, agency.id) for agency in stage.region.agencies)


async def _read(stage: Stage, agency: str) -> None:
    page, pages = 1, 1
    while page <= pages:
        view = await stage.speaker.get(f"agency:{agency}", "referral", "/referrals", page=str(page))
        pages = view["pages"]
        for shown in view["items"]:
            kept = stage.record.referrals[UUID(shown["referral_id"])]
            ending = shown["answer"] or {"on": None, "answer": None, "code": None}
            kept.closed_on = date.fromisoformat(ending["on"]) if ending["on"] else None
            kept.answer, kept.code = ending["answer"], ending["code"]
        page += 1
