CREATE TRIGGER claims_frozenreport_append_only_update BEFORE UPDATE ON claims_frozenreport
BEGIN SELECT RAISE(ABORT, 'frozen reports are append-only: close the month anew'); END;
CREATE TRIGGER claims_frozenreport_append_only_delete BEFORE DELETE ON claims_frozenreport
BEGIN SELECT RAISE(ABORT, 'frozen reports are append-only: close the month anew'); END;
CREATE TRIGGER claims_glexport_append_only_update BEFORE UPDATE ON claims_glexport
BEGIN SELECT RAISE(ABORT, 'exports are append-only: export again'); END;
CREATE TRIGGER claims_glexport_append_only_delete BEFORE DELETE ON claims_glexport
BEGIN SELECT RAISE(ABORT, 'exports are append-only: export again'); END;
