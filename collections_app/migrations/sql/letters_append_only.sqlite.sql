CREATE TRIGGER letter_append_only_update BEFORE UPDATE ON collections_app_letter
BEGIN SELECT RAISE(ABORT, 'letters are append-only: take one back, and make another'); END;
CREATE TRIGGER letter_append_only_delete BEFORE DELETE ON collections_app_letter
BEGIN SELECT RAISE(ABORT, 'letters are append-only: take one back, and make another'); END;
CREATE TRIGGER lettervoid_append_only_update BEFORE UPDATE ON collections_app_lettervoid
BEGIN SELECT RAISE(ABORT, 'letters are append-only: take one back, and make another'); END;
CREATE TRIGGER lettervoid_append_only_delete BEFORE DELETE ON collections_app_lettervoid
BEGIN SELECT RAISE(ABORT, 'letters are append-only: take one back, and make another'); END;
