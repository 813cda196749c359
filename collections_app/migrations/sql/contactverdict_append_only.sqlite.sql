CREATE TRIGGER contactverdict_append_only_update BEFORE UPDATE ON collections_app_contactverdict
BEGIN SELECT RAISE(ABORT, 'what the gate said stands: record another contact'); END;
CREATE TRIGGER contactverdict_append_only_delete BEFORE DELETE ON collections_app_contactverdict
BEGIN SELECT RAISE(ABORT, 'what the gate said stands: record another contact'); END;
