"""Legal: limitation dates, referral to an attorney, bankruptcies and estates with their clocks."""
