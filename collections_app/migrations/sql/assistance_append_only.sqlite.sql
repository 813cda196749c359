CREATE TRIGGER assistanceevent_append_only_update BEFORE UPDATE ON collections_app_assistanceevent
BEGIN SELECT RAISE(ABORT, 'what happened to an application for assistance is append-only'); END;
CREATE TRIGGER assistanceevent_append_only_delete BEFORE DELETE ON collections_app_assistanceevent
BEGIN SELECT RAISE(ABORT, 'what happened to an application for assistance is append-only'); END;
