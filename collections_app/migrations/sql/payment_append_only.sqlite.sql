CREATE TRIGGER paymentstep_append_only_update BEFORE UPDATE ON collections_app_paymentstep
BEGIN SELECT RAISE(ABORT, 'what was recorded is append-only: record a reversal'); END;
CREATE TRIGGER paymentstep_append_only_delete BEFORE DELETE ON collections_app_paymentstep
BEGIN SELECT RAISE(ABORT, 'what was recorded is append-only: record a reversal'); END;
