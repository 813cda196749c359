CREATE FUNCTION claims_creditchange_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was recorded of a credit stands: record again' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER claims_creditchange_append_only_update BEFORE UPDATE OR TRUNCATE ON claims_creditchange
FOR EACH STATEMENT EXECUTE FUNCTION claims_creditchange_append_only();
CREATE TRIGGER claims_creditchange_append_only_delete BEFORE DELETE ON claims_creditchange
FOR EACH STATEMENT EXECUTE FUNCTION claims_creditchange_append_only();
