"""What referral decides: pure functions over agencies, persons, journeys and referrals."""
