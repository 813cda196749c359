CREATE TRIGGER screening_append_only_update BEFORE UPDATE ON collections_app_screening
BEGIN SELECT RAISE(ABORT, 'what was released, and by what right, is append-only'); END;
CREATE TRIGGER screening_append_only_delete BEFORE DELETE ON collections_app_screening
BEGIN SELECT RAISE(ABORT, 'what was released, and by what right, is append-only'); END;
CREATE TRIGGER authorizationrevocation_append_only_update BEFORE UPDATE ON collections_app_authorizationrevocation
BEGIN SELECT RAISE(ABORT, 'what was released, and by what right, is append-only'); END;
CREATE TRIGGER authorizationrevocation_append_only_delete BEFORE DELETE ON collections_app_authorizationrevocation
BEGIN SELECT RAISE(ABORT, 'what was released, and by what right, is append-only'); END;
CREATE TRIGGER requestpaper_append_only_update BEFORE UPDATE ON collections_app_requestpaper
BEGIN SELECT RAISE(ABORT, 'what was released, and by what right, is append-only'); END;
CREATE TRIGGER requestpaper_append_only_delete BEFORE DELETE ON collections_app_requestpaper
BEGIN SELECT RAISE(ABORT, 'what was released, and by what right, is append-only'); END;
CREATE TRIGGER recordrelease_append_only_update BEFORE UPDATE ON collections_app_recordrelease
BEGIN SELECT RAISE(ABORT, 'what was released, and by what right, is append-only'); END;
CREATE TRIGGER recordrelease_append_only_delete BEFORE DELETE ON collections_app_recordrelease
BEGIN SELECT RAISE(ABORT, 'what was released, and by what right, is append-only'); END;
