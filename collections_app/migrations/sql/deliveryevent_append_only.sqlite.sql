CREATE TRIGGER deliveryevent_append_only_update BEFORE UPDATE ON collections_app_deliveryevent
BEGIN SELECT RAISE(ABORT, 'what became of a delivery is append-only: record the next step'); END;
CREATE TRIGGER deliveryevent_append_only_delete BEFORE DELETE ON collections_app_deliveryevent
BEGIN SELECT RAISE(ABORT, 'what became of a delivery is append-only: record the next step'); END;
