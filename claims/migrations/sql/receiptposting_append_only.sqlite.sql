CREATE TRIGGER claims_receiptposting_append_only_update BEFORE UPDATE ON claims_receiptposting
BEGIN SELECT RAISE(ABORT, 'what a receipt posted is append-only: post a reversal'); END;
CREATE TRIGGER claims_receiptposting_append_only_delete BEFORE DELETE ON claims_receiptposting
BEGIN SELECT RAISE(ABORT, 'what a receipt posted is append-only: post a reversal'); END;
