CREATE FUNCTION claims_closing_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was frozen or exported is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER claims_frozenreport_append_only_update BEFORE UPDATE OR TRUNCATE ON claims_frozenreport
FOR EACH STATEMENT EXECUTE FUNCTION claims_closing_append_only();
CREATE TRIGGER claims_frozenreport_append_only_delete BEFORE DELETE ON claims_frozenreport
FOR EACH STATEMENT EXECUTE FUNCTION claims_closing_append_only();
CREATE TRIGGER claims_glexport_append_only_update BEFORE UPDATE OR TRUNCATE ON claims_glexport
FOR EACH STATEMENT EXECUTE FUNCTION claims_closing_append_only();
CREATE TRIGGER claims_glexport_append_only_delete BEFORE DELETE ON claims_glexport
FOR EACH STATEMENT EXECUTE FUNCTION claims_closing_append_only();
