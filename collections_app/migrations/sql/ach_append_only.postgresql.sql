CREATE FUNCTION collections_app_ach_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was recorded is append-only: record a reversal' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER riskcheck_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_riskcheck
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_ach_append_only();
CREATE TRIGGER riskcheck_append_only_delete BEFORE DELETE ON collections_app_riskcheck
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_ach_append_only();
CREATE TRIGGER authorizationchange_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_authorizationchange
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_ach_append_only();
CREATE TRIGGER authorizationchange_append_only_delete BEFORE DELETE ON collections_app_authorizationchange
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_ach_append_only();
