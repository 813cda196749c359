CREATE TRIGGER disputeevent_append_only_update BEFORE UPDATE ON collections_app_disputeevent
BEGIN SELECT RAISE(ABORT, 'what happened to a dispute is append-only'); END;
CREATE TRIGGER disputeevent_append_only_delete BEFORE DELETE ON collections_app_disputeevent
BEGIN SELECT RAISE(ABORT, 'what happened to a dispute is append-only'); END;
