CREATE TRIGGER workaction_append_only_update BEFORE UPDATE ON collections_app_workaction
BEGIN SELECT RAISE(ABORT, 'what was recorded is append-only: record a reversal'); END;
CREATE TRIGGER workaction_append_only_delete BEFORE DELETE ON collections_app_workaction
BEGIN SELECT RAISE(ABORT, 'what was recorded is append-only: record a reversal'); END;
CREATE TRIGGER contact_append_only_update BEFORE UPDATE ON collections_app_contact
BEGIN SELECT RAISE(ABORT, 'what was recorded is append-only: record a reversal'); END;
CREATE TRIGGER contact_append_only_delete BEFORE DELETE ON collections_app_contact
BEGIN SELECT RAISE(ABORT, 'what was recorded is append-only: record a reversal'); END;
