CREATE TRIGGER traceevent_append_only_update BEFORE UPDATE ON collections_app_traceevent
BEGIN SELECT RAISE(ABORT, 'what was done to find somebody is append-only: record the next step'); END;
CREATE TRIGGER traceevent_append_only_delete BEFORE DELETE ON collections_app_traceevent
BEGIN SELECT RAISE(ABORT, 'what was done to find somebody is append-only: record the next step'); END;
