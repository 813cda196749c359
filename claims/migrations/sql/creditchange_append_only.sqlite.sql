CREATE TRIGGER claims_creditchange_append_only_update BEFORE UPDATE ON claims_creditchange
BEGIN SELECT RAISE(ABORT, 'what was recorded of a credit stands: record again'); END;
CREATE TRIGGER claims_creditchange_append_only_delete BEFORE DELETE ON claims_creditchange
BEGIN SELECT RAISE(ABORT, 'what was recorded of a credit stands: record again'); END;
