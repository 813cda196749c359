CREATE FUNCTION claims_posting_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'postings are append-only: post a reversal' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER claims_posting_append_only_update BEFORE UPDATE OR TRUNCATE ON claims_posting
FOR EACH STATEMENT EXECUTE FUNCTION claims_posting_append_only();
CREATE TRIGGER claims_posting_append_only_delete BEFORE DELETE ON claims_posting
FOR EACH STATEMENT EXECUTE FUNCTION claims_posting_append_only();
