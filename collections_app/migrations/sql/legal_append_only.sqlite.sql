CREATE TRIGGER legalevent_append_only_update BEFORE UPDATE ON collections_app_legalevent
BEGIN SELECT RAISE(ABORT, 'what happened to a case is append-only: note what happened since'); END;
CREATE TRIGGER legalevent_append_only_delete BEFORE DELETE ON collections_app_legalevent
BEGIN SELECT RAISE(ABORT, 'what happened to a case is append-only: note what happened since'); END;
