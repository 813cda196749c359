CREATE FUNCTION claims_receiptposting_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what a receipt posted is append-only: post a reversal' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER claims_receiptposting_append_only_update BEFORE UPDATE OR TRUNCATE ON claims_receiptposting
FOR EACH STATEMENT EXECUTE FUNCTION claims_receiptposting_append_only();
CREATE TRIGGER claims_receiptposting_append_only_delete BEFORE DELETE ON claims_receiptposting
FOR EACH STATEMENT EXECUTE FUNCTION claims_receiptposting_append_only();
