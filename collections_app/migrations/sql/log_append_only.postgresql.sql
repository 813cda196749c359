CREATE FUNCTION collections_app_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was recorded is append-only: record a reversal' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER workaction_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_workaction
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_log_append_only();
CREATE TRIGGER workaction_append_only_delete BEFORE DELETE ON collections_app_workaction
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_log_append_only();
CREATE TRIGGER contact_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_contact
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_log_append_only();
CREATE TRIGGER contact_append_only_delete BEFORE DELETE ON collections_app_contact
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_log_append_only();
