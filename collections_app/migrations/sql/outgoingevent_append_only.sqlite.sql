CREATE TRIGGER outgoingevent_append_only_update BEFORE UPDATE ON collections_app_outgoingevent
BEGIN SELECT RAISE(ABORT, 'what happened to an outgoing claim is append-only: record the next step'); END;
CREATE TRIGGER outgoingevent_append_only_delete BEFORE DELETE ON collections_app_outgoingevent
BEGIN SELECT RAISE(ABORT, 'what happened to an outgoing claim is append-only: record the next step'); END;
