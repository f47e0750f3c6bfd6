"""Enrolment: schools and their seats, applications and their answers, pupils and what became of them, grants.

Decides: which intakes a referral's wishes open an application in; eligibility; every step of an application to its terminal
answer; who holds a seat (never more pupils than seats, never two active enrolments for one young person); a pupil's years,
exams, diplomas and outcomes; grants and their payments; where else an applicant may go for want of a place; to whom an
interrupted minor is handed back.
Subscribes to: `etabli.referral` (`agency.registered`, `referral.submitted`, `.amended`, `.completed`,
`.withdrawal_requested`; `person.*`); its own
`etabli.enrolment` (`student.enrolled`, `.did_not_start`, `.gave_up`, `.interrupted`, `.resumed`, corrections of
these; all of it, to tell schools)
and `etabli.catalogue` (`intake.dates_changed`, `school.registered`, `.calendar_changed`).
Publishes: `etabli.catalogue` and `etabli.enrolment`; to each school, on a topic of its own, what is told of its young people.
Knows of a young person: an opaque id, a birth month, whether a referral is complete, and codes. No name of theirs; what a
school writes about meeting them is sealed.
"""
