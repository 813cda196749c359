"""Payment plans: schedules, matching, agreements, their pages."""
