CREATE TRIGGER portaldeed_append_only_update BEFORE UPDATE ON collections_app_portaldeed
BEGIN SELECT RAISE(ABORT, 'what a patient did is append-only'); END;
CREATE TRIGGER portaldeed_append_only_delete BEFORE DELETE ON collections_app_portaldeed
BEGIN SELECT RAISE(ABORT, 'what a patient did is append-only'); END;
