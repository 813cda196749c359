CREATE TRIGGER consentevent_append_only_update BEFORE UPDATE ON collections_app_consentevent
BEGIN SELECT RAISE(ABORT, 'words about consent are append-only: record another one'); END;
CREATE TRIGGER consentevent_append_only_delete BEFORE DELETE ON collections_app_consentevent
BEGIN SELECT RAISE(ABORT, 'words about consent are append-only: record another one'); END;
CREATE TRIGGER identitycheck_append_only_update BEFORE UPDATE ON collections_app_identitycheck
BEGIN SELECT RAISE(ABORT, 'who was on the line is append-only: ask again'); END;
CREATE TRIGGER identitycheck_append_only_delete BEFORE DELETE ON collections_app_identitycheck
BEGIN SELECT RAISE(ABORT, 'who was on the line is append-only: ask again'); END;
CREATE TRIGGER scripttext_append_only_update BEFORE UPDATE ON collections_app_scripttext
BEGIN SELECT RAISE(ABORT, 'scripts are append-only: write another version'); END;
CREATE TRIGGER scripttext_append_only_delete BEFORE DELETE ON collections_app_scripttext
BEGIN SELECT RAISE(ABORT, 'scripts are append-only: write another version'); END;
