CREATE TRIGGER interestdemandevent_append_only_update BEFORE UPDATE ON collections_app_interestdemandevent
BEGIN SELECT RAISE(ABORT, 'what was done about a demand is append-only: record the next step'); END;
CREATE TRIGGER interestdemandevent_append_only_delete BEFORE DELETE ON collections_app_interestdemandevent
BEGIN SELECT RAISE(ABORT, 'what was done about a demand is append-only: record the next step'); END;
