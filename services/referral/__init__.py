"""Referral: agencies hand over young people, and always get an answer.

Decides: which agencies exist, who a referred young person is (the vault), when a referral has its answer.
Subscribes to: etabli.enrolment (wishes answered, applications, places, pupils, diplomas, outcomes).
Publishes: etabli.referral (agency.registered, referral.submitted, .withdrawal_requested, .closed), without any identity.
"""
