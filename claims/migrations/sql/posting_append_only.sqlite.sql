CREATE TRIGGER claims_posting_append_only_update BEFORE UPDATE ON claims_posting
BEGIN SELECT RAISE(ABORT, 'postings are append-only: post a reversal'); END;
CREATE TRIGGER claims_posting_append_only_delete BEFORE DELETE ON claims_posting
BEGIN SELECT RAISE(ABORT, 'postings are append-only: post a reversal'); END;
