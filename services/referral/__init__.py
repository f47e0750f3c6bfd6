"""Referral: agencies hand over young people, families apply to a school itself, and always get an answer.

Decides: which agencies exist, who a referred young person is (the vault), who is whom, who is erased, when a referral has
its answer.
Subscribes to: `etabli.catalogue` (schools, programmes); `etabli.enrolment` (wishes answered, applications, places, pupils,
diplomas, outcomes, corrections of these; transfers, handings back);
its own `etabli.referral` (`person.erased`; agencies and referrals, to tell them);
what each agency says on a topic of its own, `etabli.inbound.<agency>`.
Publishes: `etabli.referral` (`agency.registered`, `referral.submitted`, `.amended`, `.completed`, `.withdrawal_requested`,
`.closed`; `person.merged`, `.split`, `.erased`); to each agency, on a topic of its own, what it sees of its referrals.
Knows of a young person: their identity and contacts, sealed in the vault alone under a key of their own; nothing published
holds any of it, and each reading is in the audit.
"""
