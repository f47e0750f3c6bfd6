"""Who may ask what: every operation of the four services, and each role that it lets through. A new one needs its line."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

from services import SERVICES
from shared.kernel.caller import ROLES, Caller, Grant
from shared.settings import Settings
from shared.web.app import Service, build
from shared.web.auth import Requirement, current_caller
from shared.web.router import needs_of

CALLERS: Mapping[str, Caller] = {
    f"{kind}:{role}": Grant.of(kind, "essai" if kind in ("agency", "school") else "", role).held_by("someone")
    for kind, roles in ROLES.items()
    for role in roles
}
ADMIN = {"admin:admin"}
AGENCY = {"agency:counsellor", "agency:manager"}
HEAD = {"school:head"}
OFFICE = {"school:head", "school:office"}
TENANTS = AGENCY | OFFICE
SCHOOL = OFFICE | {"school:workshop"}
WEBHOOKS = {"agency:manager", "school:head"}
"""Each at the service that tells its organisation: tests/webhooks/test_desk.py."""
REGION, FEDERATION = {"region:reader"}, {"federation:reader"}
SIGNED_IN = set(CALLERS)
ANYBODY = SIGNED_IN | {"signed out"}
OPERATIONS = {
    "live ready metrics openapi": ANYBODY,
    "read_clock advance_clock list_parked show_parked unpark unpark_one discard_parked list_discarded": ADMIN,
}
"""Of every service."""
MATRIX: Mapping[str, Mapping[str, set[str]]] = {
    "referral": {
        "register_agency export_file list_audit": ADMIN,
        "list_matches merge_persons keep_apart split_person erase_person": ADMIN,
        "list_agencies list_schools": SIGNED_IN,
        "submit_referral submit_batch": AGENCY,
        "record_direct_application": OFFICE,
        "amend_referral complete_referral list_referrals read_referral request_withdrawal_of_referral": AGENCY | OFFICE,
        "list_rejections read_rejection read_snapshot": AGENCY,
        "read_rejected_message": {"agency:manager"},
        "import_referrals foresee_import list_imports read_template read_import list_imported_rows": AGENCY,
        "read_rejected_rows forget_import": AGENCY,
        "read_identity": SCHOOL,
        "register_webhook list_webhooks read_webhook change_webhook delete_webhook try_webhook": WEBHOOKS,
        "roll_secret replay_webhook enable_webhook list_attempts": WEBHOOKS,
        "follow_events read_notices choose_notices confirm_notices forget_notices": TENANTS,
    },
    "enrolment": {
        "register_school list_conflicts export_file sweep": ADMIN,
        "open_programme replace_certification open_intake change_seats change_dates change_delays": ADMIN | HEAD,
        "keep_holidays close_school cancel_closure": ADMIN | HEAD,
        "read_snapshot": OFFICE,
        "list_late": ADMIN | OFFICE,
        "list_awaited": AGENCY,
        "promote_first_waiting continue_pupil take_over_pupil": ADMIN | HEAD,
        "list_schools list_intakes read_intake": SIGNED_IN,
        "list_applications_to_intake review_application plan_interview plan_immersion end_immersion": ADMIN | OFFICE,
        "admit_applicant waitlist_applicant offer_place refuse_application reopen_application": ADMIN | OFFICE,
        "log_contact cancel_meeting": ADMIN | OFFICE,
        "plan_entry extend_offer take_back_offer give_up": ADMIN | OFFICE,
        "list_pupils read_pupil start_pupil record_no_show interrupt_pupil resume_pupil complete_pupil": ADMIN | OFFICE,
        "move_up repeat_year change_programme register_exam give_result": ADMIN | OFFICE,
        "correct_start correct_no_show correct_interruption correct_return correct_completion correct_year": ADMIN | OFFICE,
        "correct_an_exam correct_a_result": ADMIN | OFFICE,
        "list_applications read_application confirm_place decline_place withdraw_application": ADMIN | OFFICE | AGENCY,
        "declare_outcome correct_an_outcome": ADMIN | OFFICE | AGENCY,
        "register_webhook list_webhooks read_webhook change_webhook delete_webhook try_webhook": WEBHOOKS,
        "roll_secret replay_webhook enable_webhook list_attempts": WEBHOOKS,
        "follow_events read_notices choose_notices confirm_notices forget_notices": TENANTS,
        "list_transfers accept_transfer decline_transfer": ADMIN | OFFICE | AGENCY,
        "list_hand_backs": ADMIN | OFFICE | AGENCY,
        "acknowledge_hand_back": ADMIN | AGENCY,
        "award_grant pay_grant correct_grant correct_payment": ADMIN | REGION,
        "list_grants": ADMIN | REGION | FEDERATION | OFFICE,
    },
    "production": {
        "export_file": ADMIN,
        "add_client receive_order quote_order accept_order invoice_order credit_order cancel_order": OFFICE,
        "list_clients start_order complete_order deliver_order correct_order": SCHOOL,
        "log_pupil_week log_workshop_week read_week list_weeks_to_check": SCHOOL,
        "list_orders read_order": ADMIN | SCHOOL,
    },
    "reporting": {
        "rebuild read_rebuild": ADMIN,
        "read_indicators stream_changes": ADMIN | REGION | FEDERATION | OFFICE,
        "dashboard file": ANYBODY,  # the page says itself whom it lets in: tests/reporting/test_dashboard.py
        "show_sign_in show_link use_link begin_open_id end_open_id sign_out show_signed_out": ANYBODY,  # tests/web/signin
    },
}


def service_of(name: str) -> Service[Any]:
    main = import_module(f"services.{name}.main")
    kind: type[Settings] = getattr(main, "Settings", Settings)
    nowhere: Any = {name: Path("/nowhere") for name, field in kind.model_fields.items() if field.is_required()}
    service: Service[Any] = main.service(kind(**nowhere))
    return service


def routes_of(service: Service[Any]) -> Iterator[APIRoute]:
    for router in service.every_router:
        yield from (route for route in router.routes if isinstance(route, APIRoute))


def let_through(route: APIRoute) -> set[str]:
    """Whom the requirements of a route let through."""
    needs = needs_of(route)
    if current_caller not in needs:
        return ANYBODY
    wanted = [need for need in needs if isinstance(need, Requirement)]
    return {name for name, caller in CALLERS.items() if all(requirement.allows(caller) for requirement in wanted)}


@pytest.mark.parametrize("name", SERVICES)
def test_each_role_may_ask_what_its_line_says_and_nothing_else(name: str) -> None:
    written = {one: who for names, who in {**OPERATIONS, **MATRIX[name]}.items() for one in names.split()}
    assert {route.name: let_through(route) for route in routes_of(service_of(name))} == written


@pytest.mark.parametrize("name", SERVICES)
def test_no_operation_is_left_out(name: str) -> None:
    service = service_of(name)
    told = {one["operationId"] for path in build(service).openapi()["paths"].values() for one in path.values()}
    assert told == {route.name for route in routes_of(service) if route.include_in_schema}
