CREATE TRIGGER riskcheck_append_only_update BEFORE UPDATE ON collections_app_riskcheck
BEGIN SELECT RAISE(ABORT, 'what was recorded is append-only: record a reversal'); END;
CREATE TRIGGER riskcheck_append_only_delete BEFORE DELETE ON collections_app_riskcheck
BEGIN SELECT RAISE(ABORT, 'what was recorded is append-only: record a reversal'); END;
CREATE TRIGGER authorizationchange_append_only_update BEFORE UPDATE ON collections_app_authorizationchange
BEGIN SELECT RAISE(ABORT, 'what was recorded is append-only: record a reversal'); END;
CREATE TRIGGER authorizationchange_append_only_delete BEFORE DELETE ON collections_app_authorizationchange
BEGIN SELECT RAISE(ABORT, 'what was recorded is append-only: record a reversal'); END;
